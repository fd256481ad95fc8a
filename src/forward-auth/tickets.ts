import { Injectable } from '@nestjs/common';
import { And, DataSource, type EntityManager, IsNull, LessThan, MoreThan } from 'typeorm';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { insertRows } from '../database/insert-rows.js';
import { forUpdate, takeTurn } from '../database/locks.js';
import { asUnavailable } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import { Clock, futureFrom, type Instant } from '../kernel/clock.js';
import { type Duration, minutes, seconds } from '../kernel/durations.js';
import { SignInRow } from '../sessions/sign-in.entity.js';
import { lockPerson } from '../users/lock-person.js';
import { ApplicationSessions } from './application-sessions.js';
import { EntryTicket } from './entry-ticket.entity.js';

/** How long a ticket is good for: the time of two redirects. */
const LIFE: Duration = seconds(60);

/**
 * So many tickets of a sign-in for one address in this time are one who comes back each time; and so are so many for one
 * origin, whatever the address: a browser that starts again opens many tabs at once.
 */
const CIRCLE = { tickets: 5, within: minutes(1), atOrigin: 40 };

/** Who is to enter where. */
export interface Passage {
  readonly signInId: string;
  readonly origin: string;
  /** The digest of the cookie that the browser has on the application's host. */
  readonly browser: string;
  /** The path and query there. */
  readonly path: string;
}

export type TicketOutcome =
  | { readonly outcome: 'issued'; readonly ticket: string }
  /** They had many in the last minute. `seen`: what the last one that was shown was shown with. */
  | { readonly outcome: 'circle'; readonly seen: TicketSight | 'never' }
  /** Their sign-in has ended since they were let through. */
  | { readonly outcome: 'ended' };

/** What was seen of a ticket that was shown. */
export type TicketSight = 'right' | 'no-cookie' | 'other-browser' | 'other-host' | 'late' | 'ended';

/** Who shows a ticket, and where. */
export interface Shown {
  readonly ticket: string;
  /** The origin whose `Host` the request names. */
  readonly origin: string;
  /** The digests of the browser's cookies there. */
  readonly browsers: readonly string[];
}

export type SpendOutcome =
  /** `cookie`: what the session's is to hold. */
  | {
      readonly outcome: 'welcome';
      readonly cookie: string;
      /** When its sign-in ends whatever happens. */
      readonly expiresAt: Instant;
      readonly userId: string;
      /** The digest of the browser's cookie that it was for. */
      readonly browser: string;
      readonly path: string;
    }
  /** It is spent all the same, so that nobody tries it twice. */
  | { readonly outcome: 'refused'; readonly seen: TicketSight }
  /** It was spent before, is long over, or never was. */
  | { readonly outcome: 'unknown' };

/** One-time tickets from the sign-in host to an application's. */
@Injectable()
export class Tickets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
    private readonly sessions: ApplicationSessions,
    private readonly clock: Clock,
  ) {}

  /** @throws Unavailable */
  issue(passage: Passage): Promise<TicketOutcome> {
    const { plain: ticket, digest } = issueToken();
    return this.transaction.run(async manager => {
      const now = this.clock.now();
      const { signInId, origin, path } = passage;
      await takeTurn(manager, `tickets ${signInId}`);
      if (!(await goesOn(manager, signInId))) return { outcome: 'ended' };
      // Those of a clock that was ahead are no sign of a circle now.
      const since = And(MoreThan(now - CIRCLE.within), LessThan(futureFrom(now)));
      const lately = { signInId, origin, path, madeAt: since };
      const last = await manager.find(EntryTicket, {
        where: lately,
        order: { madeAt: 'DESC' },
        take: CIRCLE.tickets,
      });
      const all = await manager.countBy(EntryTicket, { signInId, origin, madeAt: since });
      if (last.length >= CIRCLE.tickets || all >= CIRCLE.atOrigin)
        return { outcome: 'circle', seen: lastSightIn(last) };
      const times = { madeAt: now, expiresAt: now + LIFE, spentAt: null, seen: null };
      await insertRows(manager, EntryTicket, [{ digest, ...passage, ...times }]);
      return { outcome: 'issued', ticket };
    });
  }

  /**
   * Spends a ticket, of many who try at once for one of them, and begins the session that it is for. Where it is shown
   * wrongly it is spent and nothing begins: another browser, another host, too late, or after the sign-in has ended.
   * @throws Unavailable
   */
  spend(shown: Shown): Promise<SpendOutcome> {
    const digest = digestOf(shown.ticket);
    return this.transaction.run(async manager => {
      // The person before the ticket, as whoever ends their sign-in does: the other way round each would wait for the other.
      if (!(await lockOwner(manager, digest))) return { outcome: 'unknown' };
      const spentAt = this.clock.now();
      const unspent = { digest, spentAt: IsNull() };
      if ((await manager.update(EntryTicket, unspent, { spentAt })).affected !== 1)
        return { outcome: 'unknown' };
      const row = await manager.findOneBy(EntryTicket, { digest });
      if (row === null) return { outcome: 'unknown' };
      const signIn = await manager.findOneBy(SignInRow, { id: row.signInId, endedAt: IsNull() });
      const sight = this.sightOf(row, shown);
      const seen = sight === 'right' && signIn === null ? 'ended' : sight;
      await manager.update(EntryTicket, { digest }, { seen });
      if (seen !== 'right' || signIn === null) return { outcome: 'refused', seen };
      const { origin, path, browser } = row;
      const cookie = await this.sessions.begin(manager, signIn, origin);
      const { userId, expiresAt } = signIn;
      return { outcome: 'welcome', cookie, expiresAt, userId, browser, path };
    });
  }

  /** The path of a ticket that was shown again; null where nobody knows it any more. @throws Unavailable */
  async pathOf({ ticket, origin }: Pick<Shown, 'ticket' | 'origin'>): Promise<string | null> {
    const which = { digest: digestOf(ticket), origin };
    const row = await this.dataSource.manager.findOneBy(EntryTicket, which).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return row?.path ?? null;
  }

  private sightOf(row: EntryTicket, shown: Shown): TicketSight {
    if (row.origin !== shown.origin) return 'other-host';
    const now = this.clock.now();
    if (now >= row.expiresAt || row.madeAt >= futureFrom(now)) return 'late';
    if (shown.browsers.length === 0) return 'no-cookie';
    if (!shown.browsers.includes(row.browser)) return 'other-browser';
    return 'right';
  }
}

/** Whether a sign-in has not ended; whoever ends it comes afterwards, and ends what was made from it as well. */
const goesOn = async (manager: EntityManager, id: string): Promise<boolean> =>
  (await manager.findOne(SignInRow, {
    where: { id, endedAt: IsNull() },
    select: { id: true },
    ...forUpdate(manager),
  })) !== null;

/** Keeps the account of whoever a ticket is for as it is. @returns false where nobody knows that ticket. */
async function lockOwner(manager: EntityManager, digest: string): Promise<boolean> {
  const [row] = await manager.query<readonly { readonly user_id: string }[]>(OWNER, [digest]);
  return row !== undefined && (await lockPerson(manager, row.user_id)) !== null;
}

const OWNER =
  'SELECT i.user_id FROM entry_tickets t JOIN sign_ins i ON i.id = t.sign_in_id WHERE t.digest = $1';

const SIGHTS: readonly TicketSight[] = ['right', 'no-cookie', 'other-browser', 'other-host', 'late', 'ended'];

const lastSightIn = (rows: readonly EntryTicket[]): TicketSight | 'never' => {
  const seen = rows.find(row => row.seen !== null)?.seen;
  return SIGHTS.find(sight => sight === seen) ?? 'never';
};
