import type { EntityManager } from 'typeorm';
import { followIndexOrder } from '../database/index-order.js';
import type { Erasure } from './erasure.entity.js';
import type { EventPlace } from './read-events.js';

/** Events a transaction: few, so that nobody's sign-in waits long for its turn to write. */
const BATCH = 500;

/** Before every event, and behind. */
const START: EventPlace = { occurredAt: -1, id: '' };
const END: EventPlace = { occurredAt: Number.MAX_SAFE_INTEGER, id: '' };

/**
 * Takes a person out of some of their events, the oldest first, inside a transaction: who and where from go, that it
 * happened stays.
 * @param from where the last call ended; null: at the first. Going on from there costs nothing; PostgreSQL would
 * otherwise pass over all that was done before each time.
 * @returns where it ended; null: there are no more.
 */
export async function eraseSome(
  manager: EntityManager,
  { userId, pseudonym }: Erasure,
  from: EventPlace | null,
): Promise<EventPlace | null> {
  await followIndexOrder(manager);
  const after = from ?? START;
  const found = await manager.query<PlaceRow[]>(LAST_OF_SOME, [
    userId,
    after.occurredAt,
    after.id,
    BATCH - 1,
  ]);
  const last = found.map(({ occurred_at, id }) => ({ occurredAt: Number(occurred_at), id }))[0] ?? null;
  const upTo = last ?? END;
  await manager.query(ERASE, [
    pseudonym,
    userId,
    ...[after.occurredAt, after.id],
    ...[upTo.occurredAt, upTo.id],
  ]);
  return last;
}

/** PostgreSQL gives 64-bit numbers as text. */
interface PlaceRow {
  readonly occurred_at: number | string;
  readonly id: string;
}

const LAST_OF_SOME = `
  SELECT occurred_at, id FROM audit_events
  WHERE user_id = $1 AND (occurred_at, id) > ($2, $3)
  ORDER BY occurred_at, id LIMIT 1 OFFSET $4`;

const ERASE = `
  UPDATE audit_events SET user_id = $1, ip = '', user_agent = ''
  WHERE user_id = $2 AND (occurred_at, id) > ($3, $4) AND (occurred_at, id) <= ($5, $6)`;
