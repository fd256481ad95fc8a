import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { recordMany } from '../audit/record-many.js';
import type { EventName, SecurityEvent } from '../audit/security-event.js';
import { takeTurn } from '../database/locks.js';
import { Transaction } from '../database/transaction.js';
import { Group } from '../groups/group.entity.js';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { Application } from './application.js';
import { applicationsOf, Catalogue, CATALOGUE_TURN } from './catalogue.js';
import { clashIn } from './clashes.js';
import { replaceApplication } from './replace-application.js';

export type ChangeOutcome =
  | { readonly outcome: 'done'; readonly application: Application }
  /** It cannot stand beside another one, or its group is not there: a sentence. Nothing was changed. */
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'unknown' }
  /** `APPLICATIONS_FILE` has them: they are changed there. */
  | { readonly outcome: 'in-file' };

/**
 * Ends what people have of an application that changes, in the transaction that changes it: awaits only the database.
 * @param after null where it is removed. @returns what is to be recorded once it is kept.
 */
export type OnApplicationChange = (
  manager: EntityManager,
  before: Application,
  after: Application | null,
) => Promise<readonly SecurityEvent[]>;

/** What is wanted of the application of a name; null: that it goes. */
type Wanted = (before: Application | null) => Application | 'unknown' | 'there-already' | null;

/** Changes which applications there are. Every change holds from the next request on, on all nodes. */
@Injectable()
export class Applications {
  private readonly hooks: OnApplicationChange[] = [];

  constructor(
    private readonly transaction: Transaction,
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** Adds what ends where an application changes; once, when the module starts. */
  onChange(hook: OnApplicationChange): void {
    this.hooks.push(hook);
  }

  /** @throws Unavailable */
  add(application: Application, origin: RequestOrigin): Promise<ChangeOutcome> {
    const wanted: Wanted = before => (before === null ? application : 'there-already');
    return this.write(application.name, wanted, { event: 'application_added', origin });
  }

  /** @param change makes the application as it is to be out of the one that is there. @throws Unavailable */
  change(
    name: string,
    change: (before: Application) => Application,
    origin: RequestOrigin,
  ): Promise<ChangeOutcome> {
    const wanted: Wanted = before => (before === null ? 'unknown' : change(before));
    return this.write(name, wanted, { event: 'application_changed', origin });
  }

  /** Removes it, with all that people have of it. @throws Unavailable */
  remove(name: string, origin: RequestOrigin): Promise<ChangeOutcome> {
    const wanted: Wanted = before => (before === null ? 'unknown' : null);
    return this.write(name, wanted, { event: 'application_removed', origin });
  }

  private async write(
    name: string,
    wanted: Wanted,
    { event, origin }: { readonly event: EventName; readonly origin: RequestOrigin },
  ): Promise<ChangeOutcome> {
    if (this.catalogue.inFile !== null) return { outcome: 'in-file' };
    const ended: SecurityEvent[] = [];
    const done = await this.transaction.run(manager => this.writeWithin(manager, { name, wanted, ended }));
    if (done.outcome !== 'done') return done;
    const facts = { application: name };
    const change: SecurityEvent = { event, outcome: 'success', userId: null, session: null, facts };
    await recordMany(this.audit, [change, ...ended], origin);
    return done;
  }

  private async writeWithin(
    manager: EntityManager,
    {
      name,
      wanted,
      ended,
    }: { readonly name: string; readonly wanted: Wanted; readonly ended: SecurityEvent[] },
  ): Promise<ChangeOutcome> {
    await takeTurn(manager, CATALOGUE_TURN);
    const known = await applicationsOf(manager);
    const before = known.named(name);
    const after = wanted(before);
    if (after === 'unknown') return { outcome: 'unknown' };
    if (after === 'there-already') return { outcome: 'refused', why: thereAlready(name) };
    const others = known.all.filter(application => application.name !== name);
    const why =
      after === null ? null : (clashIn([...others, after])?.sentence ?? (await lacksGroup(manager, after)));
    if (why !== null) return { outcome: 'refused', why };
    if (before !== null) for (const hook of this.hooks) ended.push(...(await hook(manager, before, after)));
    await replaceApplication(manager, { before, after, now: this.clock.now() });
    const application = after ?? before;
    return application === null ? { outcome: 'unknown' } : { outcome: 'done', application };
  }
}

/** Groups are told apart from slips of the hand: one that is not there lets nobody in, and perhaps somebody later. */
async function lacksGroup(manager: EntityManager, { groups, told }: Application): Promise<string | null> {
  const wanted = [...new Set([...groups, ...told.groups])];
  const rows = await manager.find(Group, { where: { name: In(wanted) } });
  const lacking = wanted.find(name => !rows.some(row => row.name === name));
  return lacking === undefined ? null : `There is no group ${lacking}. "group add ${lacking}" makes it.`;
}

const thereAlready = (name: string): string =>
  `There is an application ${name} already. "app change ${name}" changes it.`;
