import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { admissionOf } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { Catalogue, CATALOGUE_TURN } from '../applications/catalogue.js';
import { takeTurn } from '../database/locks.js';
import { Memberships } from '../groups/memberships.js';
import type { Principal } from '../kernel/principal.js';
import { PageTime } from './page-time.js';

/** Whom applications offer access tokens. */
@Injectable()
export class TokenOffers {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly memberships: Memberships,
    private readonly time: PageTime,
  ) {}

  /** The applications somebody may make one for, as strongly as they are signed in. @throws Unavailable */
  async for(principal: Principal): Promise<readonly Application[]> {
    const { all } = await this.catalogue.current();
    return all.filter(application => this.isFor(application, principal));
  }

  /**
   * Whether one still is, as it was and to them as they are now. Who changes it, or their groups, does so before or after the
   * transaction: after it, what was made is ended with what they lose.
   */
  async stands(manager: EntityManager, offered: Application, principal: Principal): Promise<boolean> {
    await takeTurn(manager, CATALOGUE_TURN);
    const application = (await this.catalogue.within(manager)).named(offered.name);
    if (application === null || application.strength !== offered.strength) return false;
    const groups = (await this.memberships.of(principal.person.id, manager)).map(({ name }) => name);
    return this.isFor(application, { ...principal, person: { ...principal.person, groups } });
  }

  private isFor(application: Application, { person, session: { amr } }: Principal): boolean {
    return application.tokens && admissionOf(application, { person, amr }, this.time.policy) === 'admitted';
  }
}
