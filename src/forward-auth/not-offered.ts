import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Application } from '../applications/application.js';
import { Catalogue, CATALOGUE_TURN } from '../applications/catalogue.js';
import type { KnownApplications } from '../applications/known-applications.js';
import { AuditLog } from '../audit/audit-log.js';
import { recordMany } from '../audit/record-many.js';
import { localOrigin, type SecurityEvent } from '../audit/security-event.js';
import { takeTurn } from '../database/locks.js';
import { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { endAt, endTokensOf } from './end-removed.js';
import { Lasting } from './lasting.js';
import { LostPermission } from './lost-permission.js';

/** How long what people have is kept while they may not use it: files and variables come to nodes one by one, or wrong. */
const GRACE: Duration = minutes(10);

/**
 * Ends what people have of applications that are not there any more, what the rules of `APPLICATIONS_FILE` do not allow, and
 * what `REGISTRATION=open` takes from who is in no group: neither changes in a transaction. It opens nothing meanwhile. Where
 * what was before comes back within ten minutes, everybody goes on.
 */
@Injectable()
export class NotOffered {
  private readonly gone = new Lasting(GRACE);
  private readonly rules = new Lasting(GRACE);

  constructor(
    private readonly transaction: Transaction,
    private readonly catalogue: Catalogue,
    private readonly lost: LostPermission,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Looks once, and ends what has been so for long enough: one of the sweeps, and after the file was read again.
   * @returns 0: there is no more to do. @throws the driver's error, or Unavailable
   */
  async look(now: Instant): Promise<number> {
    const ended = await this.transaction.run(async manager => {
      await takeTurn(manager, CATALOGUE_TURN);
      const known = await this.catalogue.within(manager);
      return [...(await this.endGone(manager, known, now)), ...(await this.endByRules(manager, known, now))];
    }, 'server');
    await recordMany(this.audit, ended, localOrigin('applications'));
    return 0;
  }

  private async endGone(
    manager: EntityManager,
    known: KnownApplications,
    now: Instant,
  ): Promise<readonly SecurityEvent[]> {
    const origins = await manager.query<{ readonly origin: string }[]>(ORIGINS);
    const names = await manager.query<{ readonly name: string }[]>(NAMES);
    const facts = [
      ...origins.filter(({ origin }) => known.at(origin) === null).map(({ origin }) => `${AT}${origin}`),
      ...names.filter(({ name }) => known.named(name) === null).map(({ name }) => name),
    ];
    const events: SecurityEvent[] = [];
    for (const fact of this.gone.of(facts, now))
      events.push(...(await (fact.startsWith(AT) ? endThere(manager, fact) : endTokensOf(manager, fact))));
    return events;
  }

  /**
   * What the rules of a file do not allow. Those of the database end what they take away when they change, but for what
   * `REGISTRATION` takes, with which a server starts.
   */
  private async endByRules(
    manager: EntityManager,
    { all }: KnownApplications,
    now: Instant,
  ): Promise<readonly SecurityEvent[]> {
    const changed = this.catalogue.inFile === null ? all.filter(one => this.lost.isNarrowed(one)) : all;
    const inForce = this.rules.of(changed.map(inText), now);
    const events: SecurityEvent[] = [];
    for (const application of changed.filter(one => inForce.includes(inText(one))))
      events.push(...(await this.lost.byRules(manager, application)));
    return events;
  }
}

/** What tells an origin from the name of an application, which has no such character. */
const AT = '@';

const endThere = (manager: EntityManager, fact: string) => {
  const origin = fact.slice(AT.length);
  return endAt(manager, origin, [origin]);
};

const inText = (application: Application): string => JSON.stringify(application);

const ORIGINS = 'SELECT DISTINCT origin FROM application_sessions';
const NAMES = 'SELECT DISTINCT application_name AS name FROM access_tokens';
