import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Clock } from '../kernel/clock.js';
import { GateView } from './gate-view.js';
import { HostCookies } from './host-cookies.js';
import type { HostAnswer } from './host-page.js';
import { addressOf, startPath } from './host-paths.js';
import type { HostVisit } from './host-visit.js';
import { Insiders } from './insiders.js';
import { type SpendOutcome, Tickets, type TicketSight } from './tickets.js';

/** How long until it is looked again whether another tab has come in meanwhile, in seconds. */
const LOOK_AGAIN = 1;

/** So many of the browser's cookies stay once somebody is in: about a kilobyte of each request for a day. */
const MOST_BROWSERS = 12;

/** So many at most are taken away by one answer: proxies take heads of 4 kB, by default, and nobody could enter past them. */
const MOST_CLEARED = 12;

type Welcome = Extract<SpendOutcome, { outcome: 'welcome' }>;

/** What {@link EnterHost} works with. */
@Injectable()
export class EnterHostParts {
  constructor(
    readonly tickets: Tickets,
    readonly view: GateView,
    readonly insiders: Insiders,
    readonly cookies: HostCookies,
  ) {}
}

/** `/.gatehouse/enter?ticket=TICKET`: spends a ticket, begins the session in the application, and leads to where it is for. */
@Injectable()
export class EnterHost {
  constructor(
    private readonly parts: EnterHostParts,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Unavailable */
  async answer(visit: HostVisit): Promise<HostAnswer> {
    const ticket = visit.query.get('ticket') ?? '';
    if (visit.asker !== 'page' || visit.method !== 'GET')
      return { status: 403, page: { view: 'gate/own-window', model: { start: startPath('/') } } };
    const { origin, headers } = visit;
    const browsers = this.parts.cookies.browsersIn(headers.cookie, origin).map(({ digest }) => digest);
    const spent = await this.parts.tickets.spend({ ticket, origin, browsers });
    if (spent.outcome === 'welcome') return this.welcome(visit, spent);
    if (await this.isInside(visit)) {
      const path = addressOf(await this.parts.tickets.pathOf({ ticket, origin })) ?? '/';
      return { status: 303, headers: { Location: path }, page: null };
    }
    return refused(visit, ticket, spent.outcome === 'refused' ? spent.seen : null);
  }

  /**
   * The browser's other cookies stay: each belongs to a sign-in form in another tab. Whoever sends that one, too, has signed
   * in anew, which ends the session that began here, and comes back with its ticket.
   */
  private welcome({ origin, headers, application, from }: HostVisit, welcome: Welcome): HostAnswer {
    const { cookie, expiresAt, userId, browser, path } = welcome;
    const { cookies } = this.parts;
    const others = cookies.browsersIn(headers.cookie, origin).filter(({ digest }) => digest !== browser);
    const surplus = others.slice(MOST_BROWSERS - 1).slice(0, MOST_CLEARED);
    const facts = { application: application.name };
    this.audit.record(
      { event: 'application_entered', outcome: 'success', userId, session: null, facts },
      from,
    );
    const lines = [
      cookies.setSession(origin, cookie, expiresAt - this.clock.now()),
      ...surplus.map(other => cookies.clearBrowser(origin, other)),
    ];
    return { status: 303, headers: { Location: path, 'Set-Cookie': lines }, page: null };
  }

  /** Whether this browser has a live session here already: of another tab, or from before "Back". */
  private async isInside({ origin, headers }: HostVisit): Promise<boolean> {
    const { application, row } = await this.parts.view.bySession(origin, headers.cookie);
    if (typeof application === 'string' || row === null) return false;
    return (await this.parts.insiders.of(row, application)) !== null;
  }
}

/**
 * A page with a link, and never a restart by itself, or people would go round in a circle. Once it looks again: of several
 * tabs that come back at once one is first.
 */
function refused({ query, application }: HostVisit, ticket: string, seen: TicketSight | null): HostAnswer {
  const model = { label: application.label, noCookie: seen === 'no-cookie' };
  const again = `/.gatehouse/enter?ticket=${encodeURIComponent(ticket)}&again=1`;
  const looks = seen === 'other-browser' && !query.has('again');
  return {
    status: 403,
    ...(looks ? { headers: { Refresh: `${LOOK_AGAIN}; url=${again}` } } : {}),
    page: { view: 'gate/refused', model },
  };
}
