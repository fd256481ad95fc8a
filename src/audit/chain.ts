import { macOf } from '../crypto/mac.js';
import type { AuditEvent } from './audit-event.entity.js';

/** A key of the ring for MACs of events, and its id. */
export interface AuditKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Where an event stands: in the stream of its process, as the how-manyth. */
export interface ChainPlace {
  readonly stream: string;
  readonly seq: number;
}

/** An event as whoever comes behind it knows it. */
export interface Head extends ChainPlace {
  readonly mac: string;
}

/** What tells of a person, or leads to one. */
export type PersonalFields = Pick<AuditEvent, 'userId' | 'session' | 'ip' | 'userAgent' | 'requestId'>;

/** What stays when its person goes. */
export type LastingFields = Pick<AuditEvent, 'id' | 'occurredAt' | 'event' | 'outcome' | 'facts'>;

/**
 * The digest of what tells of a person. Under a salt that goes with the person: without it nobody can find out by trying
 * what it was, so that a row may lose them and keep its place.
 */
export const personalDigest = (salt: string, fields: PersonalFields): string =>
  macOf(
    salt,
    canonical('personal', [fields.userId, fields.session, fields.ip, fields.userAgent, fields.requestId]),
  );

/** The MAC of an event at its place. @param before the MAC of the event before it; empty for the first. */
export const eventMac = (
  key: Buffer,
  { stream, seq }: ChainPlace,
  { before, personal, ...event }: LastingFields & { readonly before: string; readonly personal: string },
): string =>
  macOf(
    key,
    canonical('event', [
      ...[stream, seq, before],
      ...[event.id, event.occurredAt, event.event, event.outcome, event.facts, personal],
    ]),
  );

/** The MAC of somebody's being taken out of an event: nobody without the key can make an event nameless unseen. */
export const erasureMac = (key: Buffer, { stream, seq, mac }: Head, pseudonym: string): string =>
  macOf(key, canonical('erased', [stream, seq, mac, pseudonym]));

/** The MAC of where a stream begins. */
export const beginningMac = (key: Buffer, { stream, seq, mac }: Head): string =>
  macOf(key, canonical('begins', [stream, seq, mac]));

/**
 * What a MAC is made of: a JSON array (RFC 8259, as `JSON.stringify` writes it, without spaces) of what it is for, with the
 * version of this form, and the values in their order. Texts are quoted and escaped, so no two lists of values give the
 * same one; numbers are whole; none is `null`.
 */
export const canonical = (use: string, values: readonly (string | number | null)[]): string =>
  JSON.stringify([`gatehouse audit 1: ${use}`, ...values]);
