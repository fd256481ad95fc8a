import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AdmissionPolicy, meantFor } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { Catalogue, CATALOGUE_TURN } from '../applications/catalogue.js';
import type { SecurityEvent } from '../audit/security-event.js';
import { AppConfig } from '../config/app-config.js';
import { takeTurn } from '../database/locks.js';
import type { Leaving } from '../groups/group-changes.js';
import { endAt, endTokensOf } from './end-removed.js';
import { endUnadmitted } from './end-unadmitted.js';

/**
 * Ends what people have of applications and may not have any more. None of it would open anything: rules are read at each
 * request. But nobody comes back in by it where the rule, or the group, is changed again.
 */
@Injectable()
export class LostPermission {
  private readonly policy: AdmissionPolicy;

  constructor(
    private readonly catalogue: Catalogue,
    config: AppConfig,
  ) {
    // Said, not supposed: a command that was given half of the server's environment would take from people what is theirs.
    const said = config.whereSet('REGISTRATION') !== null;
    this.policy = { registrationOpen: said && config.registration === 'open' };
  }

  /**
   * After the change of an application: what is at origins that it has no more, and what people have whom it does not admit
   * any more; everything where it is removed. @param after null for that. @returns what is to be recorded.
   */
  async byChange(
    manager: EntityManager,
    before: Application,
    after: Application | null,
  ): Promise<readonly SecurityEvent[]> {
    const left = before.origins.filter(origin => after?.origins.includes(origin) !== true);
    return [
      ...(await endAt(manager, before.name, left)),
      ...(after === null ? await endTokensOf(manager, before.name) : await this.byRules(manager, after)),
    ];
  }

  /** Whether an application that says "everybody" is for people in a group alone, because anybody may register. */
  isNarrowed(application: Application): boolean {
    return meantFor(application, this.policy) === 'any-group';
  }

  /** After the rules of an application: what people have whom it does not admit. @returns what is to be recorded. */
  byRules(manager: EntityManager, application: Application): Promise<readonly SecurityEvent[]> {
    return endUnadmitted(manager, application, { policy: this.policy, userId: null });
  }

  /**
   * After somebody left groups: what they had by those alone. Whoever changes an application at this moment comes before or
   * after, or neither would see the other. @returns what is to be recorded.
   */
  async byLeaving(manager: EntityManager, { groups, userId }: Leaving): Promise<readonly SecurityEvent[]> {
    await takeTurn(manager, CATALOGUE_TURN);
    const { all } = await this.catalogue.within(manager);
    const events: SecurityEvent[] = [];
    for (const application of all.filter(one => this.admitsBy(one, groups)))
      events.push(...(await endUnadmitted(manager, application, { policy: this.policy, userId })));
    return events;
  }

  /** Whether somebody may be in an application because of one of these groups. */
  private admitsBy(application: Application, groups: readonly string[]): boolean {
    const meant = meantFor(application, this.policy);
    return meant === 'any-group' || (meant !== 'everybody' && groups.some(group => meant.includes(group)));
  }
}
