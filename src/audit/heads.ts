import type { EntityManager } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import type { Head } from './chain.js';

/** The head of another process' stream, and whether that has ended. */
export interface OtherHead extends Head {
  readonly liveUntil: Instant;
}

/** The most that one event names. More processes hardly anybody has; streams that ended are named once. */
const MOST = 200;

/** How far the streams of others are, those first that ended first. */
export async function liveHeads(manager: EntityManager, own: string): Promise<readonly OtherHead[]> {
  const rows = await manager.query<readonly HeadRow[]>(LIVE_HEADS, [own, MOST]);
  return rows.map(({ stream, seq, mac, live_until }) => ({
    ...{ stream, mac },
    ...{ seq: Number(seq), liveUntil: Number(live_until) },
  }));
}

/** PostgreSQL gives 64-bit numbers as text. */
interface HeadRow {
  readonly stream: string;
  readonly seq: number | string;
  readonly mac: string;
  readonly live_until: number | string;
}

const LIVE_HEADS = `
  SELECT streams.stream, seq, events.mac, live_until
  FROM audit_streams streams JOIN audit_events events ON events.stream = streams.stream
    AND seq = (SELECT max(seq) FROM audit_events last WHERE last.stream = streams.stream)
  WHERE live_until IS NOT NULL AND streams.stream <> $1
  ORDER BY live_until LIMIT $2`;

/** A head in one word, for rows and for the log: `STREAM:NUMBER:MAC`. */
export const wordOf = ({ stream, seq, mac }: Head): string => `${stream}:${seq}:${mac}`;

/** Every head that stands in a text: in a line of the log, or as it was copied from one. */
export const headsIn = (text: string): readonly Head[] =>
  [...text.matchAll(/(?<![\w-])([\w-]{22}):(\d{1,15}):([\w-]{43})(?![\w-])/g)].map(
    ([, stream = '', seq, mac = '']) => ({ stream, seq: Number(seq), mac }),
  );
