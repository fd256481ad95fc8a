import { randomId, randomText } from '../crypto/random.js';
import { storable } from '../database/storable-text.js';
import { NODE_NAME } from '../kernel/node-name.js';
import type { Instant } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { AuditEvent } from './audit-event.entity.js';
import { type AuditKey, eventMac, type Head, personalDigest } from './chain.js';
import { wordOf } from './heads.js';
import { localOrigin, type SecurityEvent } from './security-event.js';

/** The row of an event, as every database keeps it: what was stored is what its MAC was made of. */
export function rowOf(event: SecurityEvent, origin: RequestOrigin, now: Instant): AuditEvent {
  const { userId, session } = event;
  return Object.assign(new AuditEvent(), {
    ...{ id: randomId(), occurredAt: now, event: event.event, outcome: event.outcome },
    ...{ userId: orNull(userId), session: orNull(session) },
    ...{
      ip: storable(origin.ip),
      userAgent: storable(origin.userAgent),
      requestId: storable(origin.requestId),
    },
    facts: JSON.stringify(event.facts ?? {}),
  });
}

/** The row that says how far other streams are, and which process writes this one: all events of its stream are of it. */
export function namingEvent(
  event: 'sys_audit_stream' | 'sys_audit_checkpoint',
  others: readonly Head[],
  now: Instant,
): AuditEvent {
  const facts = { node: NODE_NAME, heads: others.map(wordOf).join(' ') };
  const said = { event, outcome: 'success', userId: null, session: null, facts } as const;
  return rowOf(said, localOrigin('the security log'), now);
}

/** Gives rows their places behind a head, in their order. @returns the new head */
export function chained(rows: readonly AuditEvent[], head: Head, { key }: AuditKey): Head {
  const { stream } = head;
  let { seq, mac } = head;
  for (const row of rows) {
    seq += 1;
    const salt = randomText(16);
    const personal = personalDigest(salt, row);
    mac = eventMac(key, { stream, seq }, { ...lastingOf(row), before: mac, personal });
    Object.assign(row, { stream, seq, mac, salt, personal });
  }
  return { stream, seq, mac };
}

const lastingOf = ({ id, occurredAt, event, outcome, facts }: AuditEvent) => ({
  ...{ id, occurredAt, event, outcome, facts },
});

const orNull = (text: string | null): string | null => (text === null ? null : storable(text));
