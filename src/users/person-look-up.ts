import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { type Gathered, gatheredIn, jsonRowsQuery, readJsonRows } from '../database/json-rows.js';
import type { CurrentPerson, Role } from '../kernel/principal.js';

/** The names of a person's groups. Their table is that of `groups/`, which stands above: known here by its name alone. */
const GROUPS: Gathered = {
  as: 'groups',
  column: 'm.group_name',
  from: 'group_members m',
  where: 'm.user_id = u.id',
};

/** Columns of a person, of a table with the alias `u`: what the rest of the program may know of somebody. */
export const PERSON_COLUMNS = [
  'u.username',
  'u.display_name',
  'u.email',
  'u.email_confirmed_at',
  'u.role',
  'u.second_factor_at',
  'u.factor_reset_at',
  GROUPS,
] as const;

/** The {@link PERSON_COLUMNS} of a row. */
export interface PersonRow {
  readonly username: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly email_confirmed_at: number | null;
  readonly role: Role;
  readonly second_factor_at: number | null;
  readonly factor_reset_at: number | null;
  readonly groups: string | null;
}

/** Somebody whose account may be used, and which of their sessions count: see `User.sessionsVersion`. */
export interface FoundPerson extends CurrentPerson {
  readonly sessionsVersion: number;
}

/** Finds people whose accounts may be used, many requests in one statement. */
@Injectable()
export class PersonLookUp {
  private readonly people: BatchedLookUp<FoundPerson>;

  constructor(dataSource: DataSource) {
    const query = jsonRowsQuery(dataSource, {
      columns: ['u.id', 'u.sessions_version', ...PERSON_COLUMNS],
      from: 'users u',
      key: 'u.id',
      where: 'u.disabled_at IS NULL',
    });
    this.people = new BatchedLookUp(async ids => {
      const rows = await readJsonRows<FoundRow>(dataSource, query, ids);
      return new Map(rows.map(row => [row.id, foundIn(row)]));
    });
  }

  /** The person; null where they are gone or disabled. @throws Unavailable */
  find(userId: string): Promise<FoundPerson | null> {
    return this.people.find(userId);
  }
}

interface FoundRow extends PersonRow {
  readonly id: string;
  readonly sessions_version: number;
}

const foundIn = (row: FoundRow): FoundPerson => ({
  ...personOf(row.id, row),
  sessionsVersion: row.sessions_version,
});

/** A person as the rest of the program knows them. */
export const personOf = (id: string, row: PersonRow): CurrentPerson => ({
  id,
  username: row.username,
  displayName: row.display_name,
  email: row.email,
  emailConfirmedAt: row.email_confirmed_at,
  role: row.role,
  secondFactorAt: row.second_factor_at,
  factorResetAt: row.factor_reset_at,
  groups: gatheredIn(row.groups),
});
