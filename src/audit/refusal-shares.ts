import type { Instant } from '../kernel/clock.js';
import { minutes } from '../kernel/durations.js';
import type { EventName, SecurityEvent } from './security-event.js';

/**
 * Rows a minute for failures and refusals, which anybody can cause: enough to see what happens, too few to fill the
 * disk. Each kind of event has these for itself, so one kind crowds out no other.
 */
export const SHARES = {
  /** Of one kind about nobody who is known. */
  nobody: 30,
  /** Of one kind about one account: more than one person's mistakes. */
  account: 20,
  /** Of one kind about all accounts, beyond which each account has its first event of the minute … */
  accounts: 60,
  /** … and beyond this none. */
  accountsAtMost: 120,
} as const;

/** What was left out in a minute that is over. */
export interface LeftOut {
  readonly total: number;
  /** By kind, in words for a log: `malicious_csrf 31, authn_login_fail 4`. */
  readonly kinds: string;
}

interface KindCount {
  nobody: number;
  accounts: number;
  readonly each: Map<string, number>;
  leftOut: number;
}

/** Says which failures and refusals get a row of the table, and counts those that do not. */
export class RefusalShares {
  private minute = 0;
  private kinds = new Map<EventName, KindCount>();

  /** Counts an event. @returns whether it gets a row. Call {@link over} first, or it counts for the minute before. */
  take({ event, userId }: Pick<SecurityEvent, 'event' | 'userId'>): boolean {
    const kind = this.kinds.get(event) ?? {
      nobody: 0,
      accounts: 0,
      each: new Map<string, number>(),
      leftOut: 0,
    };
    this.kinds.set(event, kind);
    const taken = userId === null ? takeForNobody(kind) : takeFor(kind, userId);
    if (!taken) kind.leftOut += 1;
    return taken;
  }

  /** Begins a new minute where the one before is over at `now`. @returns what that one left out; null for nothing. */
  over(now: Instant): LeftOut | null {
    const minute = Math.floor(now / minutes(1));
    if (minute === this.minute) return null;
    const short = [...this.kinds].filter(([, { leftOut }]) => leftOut > 0);
    [this.minute, this.kinds] = [minute, new Map()];
    if (short.length === 0) return null;
    return {
      total: short.reduce((sum, [, { leftOut }]) => sum + leftOut, 0),
      kinds: short.map(([event, { leftOut }]) => `${event} ${leftOut}`).join(', '),
    };
  }
}

function takeForNobody(kind: KindCount): boolean {
  if (kind.nobody >= SHARES.nobody) return false;
  kind.nobody += 1;
  return true;
}

/** The more accounts a flood is about, the less of each: one that is not part of it keeps its first row. */
function takeFor(kind: KindCount, userId: string): boolean {
  const own = kind.each.get(userId) ?? 0;
  const share = kind.accounts < SHARES.accounts ? SHARES.account : 1;
  if (own >= share || kind.accounts >= SHARES.accountsAtMost) return false;
  kind.each.set(userId, own + 1);
  kind.accounts += 1;
  return true;
}
