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
    case 'unrecorded':
      return `${place(finding.event)} was added, or the record of its stream in audit_streams was deleted.`;
    case 'beginning':
      return `Stream ${finding.stream}: what audit_streams says of where it begins was changed.`;
    case 'empty':
      return `Stream ${finding.stream}: all its events were deleted, and not by their age.`;
    case 'key':
      return `Stream ${finding.stream} cannot be verified: its data key ${finding.keyId} is not there.`;
    case 'cut off':
      return `Stream ${finding.named.stream} was cut off: ${end(finding.ends)}, but event ${finding.named.seq} was there ${witness(finding.named)}.`;
    case 'replaced':
      return `Stream ${finding.named.stream}: event ${finding.named.seq} is not the one that was there ${witness(finding.named)}.`;
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

const place = ({ stream, seq, id, occurredAt, event }: SeenEvent): string =>
  `Stream ${stream}: event ${seq} (${event}, ${iso(occurredAt)}, id ${id})`;

const missing = ({ from, to, next }: Extract<Finding, { kind: 'missing' }>): string =>
  from === to
    ? `Stream ${next.stream}: event ${from} was`
    : `Stream ${next.stream}: events ${from} to ${to} were`;

const end = (ends: number | null): string =>
  ends === null ? 'nothing is left of it' : `it ends with event ${ends}`;

const witness = ({ by }: NamedHead): string =>
  by === null
    ? 'by the checkpoint that was given'
    : `by event ${by.seq} of stream ${by.stream} (${by.event}, id ${by.id})`;

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
const are = (number: number): string => (number === 1 ? 'is' : 'are');
const stand = (number: number): string => (number === 1 ? 'stands' : 'stand');
