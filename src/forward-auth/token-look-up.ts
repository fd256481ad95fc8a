import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { PERSON_COLUMNS, personOf, type PersonRow } from '../users/person-look-up.js';
import { VersionedLookUp } from './versioned-look-up.js';

/** An access token with its person. */
export interface FoundToken extends TokenColumns {
  readonly person: CurrentPerson;
}

/** Looks up access tokens, unless their person is disabled: many requests in one statement. */
@Injectable()
export class TokenLookUp extends VersionedLookUp<TokenColumns & PersonRow, FoundToken> {
  constructor(dataSource: DataSource) {
    super(dataSource, {
      columns: [
        ...['t.digest', 't.id', 't.user_id', 't.application_name', 't.methods', 't.prefix', 't.strength'],
        ...['t.expires_at', 't.last_used_at'],
        ...PERSON_COLUMNS,
      ],
      from: 'access_tokens t JOIN users u ON u.id = t.user_id',
      key: 't.digest',
      where: 'u.disabled_at IS NULL',
      make: row => ({ ...row, person: personOf(row.user_id, row) }),
    });
  }
}

interface TokenColumns {
  readonly digest: string;
  readonly id: string;
  readonly user_id: string;
  readonly application_name: string;
  readonly methods: string;
  readonly prefix: string;
  readonly strength: number;
  readonly expires_at: Instant;
  readonly last_used_at: Instant | null;
}
