import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In } from 'typeorm';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { jsonRowsQuery, readJsonRows } from '../database/json-rows.js';
import { asUnavailable } from '../database/store-failure.js';
import type { Instant } from '../kernel/clock.js';
import {
  type FoundPerson,
  PERSON_COLUMNS,
  personOf,
  PersonLookUp,
  type PersonRow,
} from '../users/person-look-up.js';
import type { Session } from './session-store.js';
import { SignInRow } from './sign-in.entity.js';

/** Whose a session is that the database does not keep. */
export interface FoundOwner {
  readonly person: FoundPerson;
  /** Whether its sign-in is known. */
  readonly hasSignIn: boolean;
}

/** Finds the people of sessions that are kept elsewhere, with their sign-ins: many requests in one statement. */
@Injectable()
export class SignInLookUp {
  private readonly signIns: BatchedLookUp<SignInWithPerson>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly people: PersonLookUp,
  ) {
    const query = jsonRowsQuery(dataSource, {
      columns: [
        ...['i.id', 'i.user_id', 'i.session_id_hash', 'i.ended_at', 'u.sessions_version'],
        ...PERSON_COLUMNS,
      ],
      from: 'sign_ins i JOIN users u ON u.id = i.user_id',
      key: 'i.id',
      where: 'u.disabled_at IS NULL',
    });
    this.signIns = new BatchedLookUp(async ids => {
      const rows = await readJsonRows<SignInWithPerson>(dataSource, query, ids);
      return new Map(rows.map(row => [row.id, row]));
    });
  }

  /**
   * The owner of a session; null where the sign-in has ended or goes on with another session, or the person is gone or
   * disabled. @throws Unavailable
   */
  async find({ publicId, userId, idHash }: Session): Promise<FoundOwner | null> {
    const row = await this.signIns.find(publicId);
    if (row === null) return this.withoutSignIn(userId);
    if (row.ended_at !== null || row.session_id_hash !== idHash || row.user_id !== userId) return null;
    const person = { ...personOf(userId, row), sessionsVersion: row.sessions_version };
    return { person, hasSignIn: true };
  }

  /**
   * Those of a person's sessions whose sign-in has not ended, nor goes on with another one; those without a sign-in as
   * well. @param within the transaction that sees them, if one does. @throws Unavailable
   */
  async liveAmong<S extends Session>(
    sessions: readonly S[],
    within: EntityManager = this.dataSource.manager,
  ): Promise<readonly S[]> {
    if (sessions.length === 0) return [];
    const where = { id: In(sessions.map(({ publicId }) => publicId)) };
    const select = { id: true, sessionIdHash: true, endedAt: true } as const;
    const rows = await within.find(SignInRow, { where, select }).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return sessions.filter(({ publicId, idHash }) => {
      const row = rows.find(({ id }) => id === publicId);
      return row === undefined || (row.endedAt === null && row.sessionIdHash === idHash);
    });
  }

  /** Somebody who may be there: not disabled, not deleted. @throws Unavailable */
  findPerson(userId: string): Promise<FoundPerson | null> {
    return this.people.find(userId);
  }

  private async withoutSignIn(userId: string): Promise<FoundOwner | null> {
    const person = await this.people.find(userId);
    return person === null ? null : { person, hasSignIn: false };
  }
}

interface SignInWithPerson extends PersonRow {
  readonly id: string;
  readonly user_id: string;
  readonly session_id_hash: string;
  readonly ended_at: Instant | null;
  readonly sessions_version: number;
}
