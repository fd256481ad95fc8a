import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import {
  type FoundSignIn,
  foundSignIn,
  joinedSignIn,
  SIGN_IN_COLUMNS,
  SIGN_IN_GOES_ON,
  type SignInColumns,
} from '../sessions/joined-sign-in.js';
import { VersionedLookUp } from './versioned-look-up.js';

/** A session in an application, with its sign-in and its person. */
export interface FoundSession {
  readonly digest: string;
  readonly signInId: string;
  readonly origin: string;
  readonly beganAt: Instant;
  readonly lastUsedAt: Instant;
  readonly signIn: FoundSignIn;
}

/**
 * Looks up sessions in applications, unless their sign-in has ended or their person is disabled: many requests in one
 * statement.
 */
@Injectable()
export class GateLookUp extends VersionedLookUp<Columns, FoundSession> {
  constructor(dataSource: DataSource) {
    super(dataSource, {
      columns: [
        ...['a.digest', 'a.sign_in_id', 'a.origin', 'a.began_at', 'a.last_used_at'],
        ...SIGN_IN_COLUMNS,
      ],
      from: `application_sessions a ${joinedSignIn('a.sign_in_id')}`,
      key: 'a.digest',
      where: SIGN_IN_GOES_ON,
      make: row => ({
        digest: row.digest,
        signInId: row.sign_in_id,
        origin: row.origin,
        beganAt: row.began_at,
        lastUsedAt: row.last_used_at,
        signIn: foundSignIn(row),
      }),
    });
  }
}

interface Columns extends SignInColumns {
  readonly digest: string;
  readonly sign_in_id: string;
  readonly origin: string;
  readonly began_at: Instant;
  readonly last_used_at: Instant;
}
