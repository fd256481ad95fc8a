import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { iso } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { Session } from '../sessions/session-store.js';
import { SessionList } from '../sessions/session-list.js';
import { OwnDataParts, type ReadOwnData } from '../users/own-data-parts.js';
import { SESSIONS_NOT_LISTED } from './account.words.js';
import { OwnAccount } from './own-account.js';

/** Everything that is stored about somebody. Secrets and hashes are not theirs to leak. */
@Injectable()
export class OwnData {
  constructor(
    private readonly account: OwnAccount,
    private readonly sessions: SessionList,
    private readonly trail: AuditTrail,
    private readonly parts: OwnDataParts,
  ) {}

  /**
   * It as the text of one JSON object, in pieces: somebody's events, and what modules keep, may be any number, and are
   * read as they are taken. The first piece comes when what comes before them could be read, and the first of them.
   * @param own the session they ask through. @throws Unavailable, at any piece.
   */
  async *textOf(person: CurrentPerson, own: Session): AsyncGenerator<string> {
    const account = await this.account.of(person);
    const { sessions, others } = await this.sessions.around(own);
    const known = {
      account,
      sessions: sessions.map(sessionOf),
      ...(others === 'listed' ? {} : { otherSessions: SESSIONS_NOT_LISTED }),
    };
    // The first of each list is read before anything is given: where one cannot be read, nobody gets half of it.
    const lists = await Promise.all(this.lists().map(async ([name, read]) => begun(name, read(person))));
    let before = JSON.stringify(known).slice(0, -1);
    for (const { name, rows } of lists) {
      before += `,${JSON.stringify(name)}:[`;
      let between = '';
      for await (const some of rows) {
        if (some.length === 0) continue;
        yield before + between + some.map(row => JSON.stringify(row)).join();
        [before, between] = ['', ','];
      }
      before += ']';
    }
    yield `${before}}`;
  }

  /** All that is a list and may be any number, each under its name; the events last, of which there are the most. */
  private lists(): readonly (readonly [name: string, read: ReadOwnData])[] {
    return [...this.parts.all(), ['events', person => this.eventsOf(person)]];
  }

  private async *eventsOf({ id }: CurrentPerson): AsyncGenerator<readonly unknown[]> {
    for await (const events of this.trail.allOf(id)) yield events.map(eventOf);
  }
}

type Rows = AsyncIterable<readonly unknown[]>;

/** A list of which the first rows are there already. */
async function begun(name: string, rows: Rows): Promise<{ readonly name: string; readonly rows: Rows }> {
  const iterator = rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  return { name, rows: continued(first, iterator) };
}

async function* continued(
  first: IteratorResult<readonly unknown[]>,
  rest: AsyncIterator<readonly unknown[]>,
): AsyncGenerator<readonly unknown[]> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}

const sessionOf = ({ publicId, ip, userAgent, remembered, amr, ...times }: Session) => ({
  publicId,
  ip,
  userAgent,
  remembered,
  amr,
  createdAt: iso(times.createdAt),
  authenticatedAt: iso(times.authenticatedAt),
  lastSeenAt: iso(times.lastSeenAt),
  idleExpiresAt: iso(times.idleExpiresAt),
  expiresAt: iso(times.expiresAt),
});

const eventOf = ({ occurredAt, event, outcome, ip, userAgent }: AuditEvent) => ({
  at: iso(occurredAt),
  event,
  outcome,
  ip,
  userAgent,
});
