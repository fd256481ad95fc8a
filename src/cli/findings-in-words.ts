import type { Finding, NamedHead } from '../audit/verification/finding.js';
import type { SeenEvent } from '../audit/verification/seen-events.js';
import type { VerifiedTrail } from '../audit/verification/verify-trail.js';
import { iso } from '../kernel/clock.js';

/** What is wrong with a stream, in a sentence that names the row. */
export function findingInWords(finding: Finding): string {
  switch (finding.kind) {
    case 'changed':
      return `${place(finding.event)} was changed, or stands where another event stood.`;
    case 'personal':
      return `${place(finding.event)} was changed: whose it is, or where it came from, is not what was written.`;
    case 'nameless':
      return `${place(finding.event)} was made nameless, and not by Gatehouse.`;
    case 'added':
      return `${place(finding.event)} was added: its stream begins after it.`;
    case 'missing':
      return `${missing(finding)} deleted: the next one is ${place(finding.next)}.`;
    case 'placeless':
      return `${placeless(finding)} added: Gatehouse gives no event such a place.`;
    case 'unread':
      return `${count(finding.count, 'event')} ${was(finding.count)} added: another one stands at the same place.`;
    case 'unrecorded':
      return `${place(finding.event)} was added, or the record of its stream in audit_streams was deleted.`;
    case 'beginning':
      return `Stream ${shown(finding.stream)}: what audit_streams says of where it begins was changed.`;
    case 'empty':
      return `Stream ${shown(finding.stream)}: all its events were deleted, and not by their age.`;
    case 'key':
      return `Stream ${shown(finding.stream)} cannot be verified: its data key ${shown(finding.keyId)} is not there.`;
    case 'cut off':
      return `Stream ${shown(finding.named.stream)} was cut off: ${end(finding.ends)}, but event ${finding.named.seq} was there ${witness(finding.named)}.`;
    case 'replaced':
      return `Stream ${shown(finding.named.stream)}: event ${finding.named.seq} is not the one that was there ${witness(finding.named)}.`;
  }
}

/** How much was looked at, in lines. */
export function countsInWords({ events, streams, nameless, outside }: VerifiedTrail): readonly string[] {
  const good = `${count(events, 'event')} in ${count(streams, 'stream')} ${are(events)} as written`;
  return [
    `${good}${nameless === 0 ? '' : `; ${nameless} of them without the person, who is gone`}.`,
    ...(outside === 0
      ? []
      : [`${count(outside, 'event')} ${stand(outside)} outside the chain: ${OF_BEFORE}`]),
  ];
}

const OF_BEFORE = 'of a version before it, or of a command that had no data key. Nothing is proved of them.';

const place = (event: SeenEvent): string =>
  `Stream ${shown(event.stream)}: event ${event.seq} (${what(event)})`;

const what = ({ event, occurredAt, id }: SeenEvent): string =>
  `${shown(event)}, ${time(occurredAt)}, id ${shown(id)}`;

/** Whoever adds a row can write into it what a terminal or a reader takes for more than a value. */
const shown = (text: string): string => `${text}`.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');

/** Numbers stand there that are no time. */
const time = (at: number): string => (isTime(at) ? iso(at) : `at no time`);
const isTime = (at: number): boolean => !Number.isNaN(new Date(at).getTime());

const placeless = ({ event, count: many }: Extract<Finding, { kind: 'placeless' }>): string =>
  many === 1
    ? `Stream “${shown(event.stream)}”: an event (${what(event)}) was`
    : `Stream “${shown(event.stream)}”: an event (${what(event)}) and ${many - 1} more of this kind were`;

const missing = ({ from, to, next }: Extract<Finding, { kind: 'missing' }>): string =>
  from === to
    ? `Stream ${shown(next.stream)}: event ${from} was`
    : `Stream ${shown(next.stream)}: events ${from} to ${to} were`;

const end = (ends: number | null): string =>
  ends === null ? 'nothing is left of it' : `it ends with event ${ends}`;

const witness = ({ by }: NamedHead): string =>
  by === null
    ? 'by the checkpoint that was given'
    : `by event ${by.seq} of stream ${shown(by.stream)} (${shown(by.event)}, id ${shown(by.id)})`;

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
const was = (number: number): string => (number === 1 ? 'was' : 'were');
const are = (number: number): string => (number === 1 ? 'is' : 'are');
const stand = (number: number): string => (number === 1 ? 'stands' : 'stand');
