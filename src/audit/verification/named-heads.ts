import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { headsIn } from '../heads.js';
import type { Finding, NamedHead } from './finding.js';
import { recordOf, type SeenEvent } from './seen-events.js';

/** How far streams were, as events say that name others: of each the furthest. */
export class NamedHeads {
  private readonly furthest = new Map<string, NamedHead>();

  /** Takes note of what an event says that is as it was written. */
  note(event: SeenEvent): void {
    if (event.event !== 'sys_audit_stream' && event.event !== 'sys_audit_checkpoint') return;
    const { heads } = Naming.parse(JSON.parse(event.facts));
    for (const head of headsIn(heads))
      if (head.seq > (this.furthest.get(head.stream)?.seq ?? 0))
        this.furthest.set(head.stream, { ...head, by: event });
  }

  /** All of them. */
  all(): Iterable<NamedHead> {
    return this.furthest.values();
  }
}

const Naming = z.object({ heads: z.string() });

/** Looks whether an event that was there is there still, or was deleted by age. @returns what is wrong; null: nothing */
export async function wrongWith(manager: EntityManager, named: NamedHead): Promise<Finding | null> {
  const { stream, seq, mac } = named;
  const [found] = await manager.query<readonly { readonly mac: string | null }[]>(AT, [stream, seq]);
  if (found !== undefined) return found.mac === mac ? null : { kind: 'replaced', named };
  const record = await recordOf(manager, stream);
  if (record !== null && record.begins > seq) return null;
  const [last] = await manager.query<readonly LastRow[]>(LAST, [stream]);
  const ends = last?.seq ?? null;
  return { kind: 'cut off', named, ends: ends === null ? null : Number(ends) };
}

interface LastRow {
  readonly seq: number | string | null;
}

const AT = 'SELECT mac FROM audit_events WHERE stream = $1 AND seq = $2';
const LAST = 'SELECT max(seq) AS seq FROM audit_events WHERE stream = $1';
