import type { EntityManager } from 'typeorm';
import type { Head } from '../chain.js';
import type { Finding } from './finding.js';
import { NamedHeads, wrongWith } from './named-heads.js';
import { misnamedRecord, placelessEvents, type SeenEvent, streamsIn } from './seen-events.js';
import { type KeyOf, verifyStream } from './verify-stream.js';

/** What the table of security events turned out to be. */
export interface VerifiedTrail {
  /** The first thing that is wrong, of each stream of which something is. */
  readonly findings: readonly Finding[];
  readonly streams: number;
  /** Events that are as they were written. */
  readonly events: number;
  /** Those of them out of which a person was taken. */
  readonly nameless: number;
  /** Events that nothing is proved of: of versions before, or of a program without a data key. */
  readonly outside: number;
}

/** What it is verified with. */
export interface Verification {
  readonly keyOf: KeyOf;
  /** How far streams were, as somebody knows who kept it elsewhere. */
  readonly known: readonly Head[];
  /** Is told how many events were looked at, of how many. */
  readonly progress: (done: number, total: number) => void;
}

/** Looks through all streams, one after the other. What is in memory does not grow with the events, but with the streams. */
export async function verifyTrail(
  manager: EntityManager,
  { keyOf, known, progress }: Verification,
): Promise<VerifiedTrail> {
  const { total, outside } = await countsOf(manager);
  progress(0, total - outside);
  const named = new NamedHeads();
  const findings: Finding[] = [];
  const broken = new Set<string>();
  let [streams, events, nameless] = [0, 0, 0];
  const heard = (event: SeenEvent) => {
    named.note(event);
    events += 1;
    if (event.salt === null) nameless += 1;
    if (events % EVERY === 0) progress(events, total - outside);
  };
  findings.push(...(await misplaced(manager)));
  for await (const stream of streamsIn(manager)) {
    const finding = await verifyStream(manager, stream, { keyOf, heard });
    streams += 1;
    if (finding === null) continue;
    findings.push(finding);
    broken.add(stream);
  }
  for (const head of [...named.all(), ...known.map(head => ({ ...head, by: null }))]) {
    const finding = broken.has(head.stream) ? null : await wrongWith(manager, head);
    if (finding === null) continue;
    findings.push(finding);
    broken.add(head.stream);
  }
  const unread = total - outside - events;
  if (findings.length === 0 && unread > 0) findings.push({ kind: 'unread', count: unread });
  return { findings, streams, events, nameless, outside };
}

/** What stands in no stream that can be looked through: one finding for all such events, and one for a record. */
async function misplaced(manager: EntityManager): Promise<readonly Finding[]> {
  const { count, first } = await placelessEvents(manager);
  const record = await misnamedRecord(manager);
  return [
    ...(first === null ? [] : [{ kind: 'placeless', event: first, count } as const]),
    ...(record === null ? [] : [{ kind: 'beginning', stream: record } as const]),
  ];
}

/** Events between two words of progress. */
const EVERY = 1000;

async function countsOf(manager: EntityManager) {
  const rows = await manager.query<readonly Record<'total' | 'chained', number | string>[]>(COUNTS);
  const [total, chained] = [Number(rows[0]?.total ?? 0), Number(rows[0]?.chained ?? 0)];
  return { total, outside: total - chained };
}

const COUNTS = 'SELECT count(*) AS total, count(stream) AS chained FROM audit_events';
