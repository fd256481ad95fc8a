import type { EntityManager } from 'typeorm';
import { beginningMac, erasureMac, eventMac, personalDigest } from '../chain.js';
import type { Finding } from './finding.js';
import { eventsOf, recordOf, type SeenEvent, type SeenRecord } from './seen-events.js';

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
  const wrong = record === null ? null : wrongIn(stream, record, keyOf);
  if (wrong !== null) return wrong;
  let [seq, before] = [(record?.begins ?? 1) - 1, record?.macBefore ?? ''];
  for await (const events of eventsOf(manager, stream)) {
    for (const event of events) {
      const finding =
        record === null ? ({ kind: 'unrecorded', event } as const) : wrongAt(event, { seq, before }, keyOf);
      if (finding !== null) return finding;
      [seq, before] = [event.seq, event.mac ?? ''];
      heard(event);
    }
  }
  return seq === 0 ? { kind: 'empty', stream } : null;
}

function wrongIn(
  stream: string,
  { begins, macBefore, keyId, mac }: SeenRecord,
  keyOf: KeyOf,
): Finding | null {
  const key = keyOf(keyId);
  if (key === null) return { kind: 'key', keyId, stream, event: null };
  const proved = beginningMac(key, { stream, seq: begins, mac: macBefore }) === mac;
  return proved ? null : { kind: 'beginning', stream };
}

interface Before {
  readonly seq: number;
  readonly before: string;
}

function wrongAt(event: SeenEvent, { seq, before }: Before, keyOf: KeyOf): Finding | null {
  if (event.seq <= seq) return { kind: 'added', event };
  if (event.seq > seq + 1) return { kind: 'missing', from: seq + 1, to: event.seq - 1, next: event };
  const { keyId, mac, personal } = event;
  if (keyId === null || mac === null || personal === null) return { kind: 'changed', event };
  const key = keyOf(keyId);
  if (key === null) return { kind: 'key', keyId, stream: event.stream, event };
  if (eventMac(key, event, { ...lasting(event), before, personal }) !== mac)
    return { kind: 'changed', event };
  if (event.salt === null) return wrongInNameless({ ...event, mac }, keyOf);
  return personalDigest(event.salt, event) === personal && event.erased === null
    ? null
    : { kind: 'personal', event };
}

/** A person was taken out: that Gatehouse did it is proved, and nothing was put in their place. */
function wrongInNameless(event: SeenEvent & { readonly mac: string }, keyOf: KeyOf): Finding | null {
  const { stream, userId, session, ip, userAgent, requestId, erased } = event;
  const [keyId = '', seal = ''] = (erased ?? '').split('.');
  const key = keyOf(keyId);
  if (key === null && keyId !== '') return { kind: 'key', keyId, stream, event };
  const isEmpty = session === null && ip === '' && userAgent === '' && requestId === '';
  const isProved = key !== null && userId !== null && erasureMac(key, event, userId) === seal;
  return isEmpty && isProved ? null : { kind: 'nameless', event };
}

const lasting = ({ id, occurredAt, event, outcome, facts }: SeenEvent) => ({
  ...{ id, occurredAt, event, outcome, facts },
});
