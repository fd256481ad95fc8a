import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { followIndexOrder } from '../database/index-order.js';
import { isPostgres } from '../database/locks.js';
import { AuditKeys } from './audit-keys.js';
import { AuditLog } from './audit-log.js';
import { erasureMac } from './chain.js';
import type { Erasure } from './erasure.entity.js';
import type { EventPlace } from './read-events.js';
import { localOrigin } from './security-event.js';

/** Events a transaction: few, so that nobody's sign-in waits long for its turn to write. */
const BATCH = 500;

/** Before every event. */
const START: EventPlace = { occurredAt: -1, id: '' };

/** How far an erasure is. */
export interface ErasedUpTo extends EventPlace {
  /**
   * Whose events it is at: the person's, then those under the pseudonym that prove nothing. A node of the version before
   * makes events nameless and knows no seal.
   */
  readonly at: 'person' | 'unsealed';
}

/** What a batch came to: where it ended (null: there are no more), and how many events it took the person out of. */
export interface ErasedBatch {
  readonly upTo: ErasedUpTo | null;
  readonly events: number;
}

/** Takes people out of their events. The chain holds: that it was Gatehouse is proved in each row. */
@Injectable()
export class EraseEvents {
  constructor(
    private readonly keys: AuditKeys,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Takes a person out of some of their events, the oldest first, inside a transaction: who and where from go, that it
   * happened stays.
   * @param from where the last call ended; null: at the first. Going on from there costs nothing; PostgreSQL would
   * otherwise pass over all that was done before each time.
   */
  async some(manager: EntityManager, erasure: Erasure, from: ErasedUpTo | null): Promise<ErasedBatch> {
    const { at, ...after } = from ?? { at: 'person' as const, ...START };
    await followIndexOrder(manager);
    const [statement, who] = at === 'person' ? [OF_PERSON, erasure.userId] : [UNSEALED, erasure.pseudonym];
    const rows = await manager.query<readonly Row[]>(statement, [who, after.occurredAt, after.id, BATCH]);
    if (rows.length > 0)
      await erase(
        manager,
        erasure,
        rows.map(row => this.proved(row, erasure.pseudonym)),
      );
    const last = rows.length < BATCH ? undefined : rows.at(-1);
    if (last !== undefined)
      return { upTo: { at, occurredAt: Number(last.occurred_at), id: last.id }, events: rows.length };
    return { upTo: at === 'person' ? { at: 'unsealed', ...START } : null, events: rows.length };
  }

  /** Has the trail say how many events have lost somebody. */
  async tell({ pseudonym }: Erasure, events: number): Promise<void> {
    const facts = { pseudonym, events };
    const said = { event: 'sys_audit_erased', outcome: 'success', userId: null, session: null } as const;
    this.audit.record({ ...said, facts }, localOrigin('the security log'));
    await this.audit.caughtUp();
  }

  /** Under the data key of the event's stream, if it has one. */
  private proved({ id, stream, seq, mac, key_id }: Row, pseudonym: string): Nameless {
    const key = key_id === null ? null : this.keys.named(key_id);
    if (key === null || stream === null || mac === null) return { id, erased: null };
    return { id, erased: erasureMac(key, { stream, seq: Number(seq), mac }, pseudonym) };
  }
}

/** An event that loses its person, and what proves that it was Gatehouse; null outside the chain. */
interface Nameless {
  readonly id: string;
  readonly erased: string | null;
}

async function erase(
  manager: EntityManager,
  { userId, pseudonym }: Erasure,
  places: readonly Nameless[],
): Promise<void> {
  const text = JSON.stringify(places);
  if (isPostgres(manager)) await manager.query('SELECT audit_pseudonymise($1, $2)', [userId, text]);
  else await manager.query(ERASE, [pseudonym, text]);
}

/** PostgreSQL gives 64-bit numbers as text. */
interface Row {
  readonly occurred_at: number | string;
  readonly id: string;
  readonly stream: string | null;
  readonly seq: number | string | null;
  readonly mac: string | null;
  readonly key_id: string | null;
}

/** Streams are joined to what was found, so that it is found in the order of its index. */
const found = (more: string): string => `
  SELECT occurred_at, id, events.stream, seq, events.mac, key_id
  FROM (
    SELECT occurred_at, id, stream, seq, mac FROM audit_events
    WHERE user_id = $1 AND (occurred_at, id) > ($2, $3)${more}
    ORDER BY occurred_at, id LIMIT $4
  ) events LEFT JOIN audit_streams streams ON streams.stream = events.stream
  ORDER BY occurred_at, id`;

const OF_PERSON = found('');

/** As the index has it (`1796100000000-audit-streams.ts`). */
const UNSEALED = found(" AND user_id LIKE 'closed:%' AND stream IS NOT NULL AND erased IS NULL");

const ERASE = `
  UPDATE audit_events SET user_id = $1, session = NULL, ip = '', user_agent = '', request_id = '', salt = NULL,
    erased = json_extract(place.value, '$.erased')
  FROM json_each($2) place WHERE audit_events.id = json_extract(place.value, '$.id')`;
