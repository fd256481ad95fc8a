import type { EntityManager } from 'typeorm';
import { beginningMac, erasureMac, eventMac, personalDigest } from '../chain.js';
import type { Finding } from './finding.js';
import { eventsOf, recordOf, type SeenEvent } from './seen-events.js';

/** The key of an id; null where it is not at hand. */
export type KeyOf = (id: string) => Buffer | null;

/** What hears of each event that is as it was written. */
export type Heard = (event: SeenEvent) => void;

/** Looks through one stream, in its order, up to the first event that is not as it was written. @returns that; null: none */
export async function verifyStream(
  manager: EntityManager,
  stream: string,
  { keyOf, heard }: { readonly keyOf: KeyOf; readonly heard: Heard },
): Promise<Finding | null> {
  const record = await recordOf(manager, stream);
  if (record === null) return unrecorded(manager, stream);
  const { begins, macBefore, keyId, mac } = record;
  const key = keyOf(keyId);
  if (key === null) return { kind: 'key', stream, keyId };
  if (beginningMac(key, { stream, seq: begins, mac: macBefore }) !== mac)
    return { kind: 'beginning', stream };
  let before: Before = { seq: begins - 1, mac: macBefore };
  for await (const events of eventsOf(manager, stream)) {
    for (const event of events) {
      const finding = wrongAt(event, before, key);
      if (finding !== null) return finding;
      before = { seq: event.seq, mac: event.mac ?? '' };
      heard(event);
    }
  }
  return before.seq === 0 ? { kind: 'empty', stream } : null;
}

async function unrecorded(manager: EntityManager, stream: string): Promise<Finding | null> {
  for await (const [event] of eventsOf(manager, stream))
    if (event !== undefined) return { kind: 'unrecorded', event };
  return null;
}

/** The event before, or what is proved to have been it. */
export interface Before {
  readonly seq: number;
  readonly mac: string;
}

/** What is wrong with an event, or before it; null: it is as it was written, and follows the one before. */
export function wrongAt(event: SeenEvent, before: Before, key: Buffer): Finding | null {
  const next = before.seq + 1;
  if (event.seq < next) return { kind: 'added', event };
  if (event.seq > next) return { kind: 'missing', from: next, to: event.seq - 1, next: event };
  const { mac, personal, salt } = event;
  if (mac === null || personal === null) return { kind: 'changed', event };
  const made = eventMac(key, event, { ...lasting(event), before: before.mac, personal });
  if (made !== mac) return { kind: 'changed', event };
  if (salt === null) return isNameless({ ...event, mac }, key) ? null : { kind: 'nameless', event };
  const isTheirs = personalDigest(salt, event) === personal && event.erased === null;
  return isTheirs ? null : { kind: 'personal', event };
}

/** A person was taken out: that Gatehouse did it is proved, and nothing was put in their place. */
function isNameless(event: SeenEvent & { readonly mac: string }, key: Buffer): boolean {
  const { userId, session, ip, userAgent, requestId, erased } = event;
  const isEmpty = session === null && ip === '' && userAgent === '' && requestId === '';
  return isEmpty && userId !== null && erasureMac(key, event, userId) === erased;
}

const lasting = ({ id, occurredAt, event, outcome, facts }: SeenEvent) => ({
  ...{ id, occurredAt, event, outcome, facts },
});
