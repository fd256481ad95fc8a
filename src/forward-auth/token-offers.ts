import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Admission, admissionOf } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { Catalogue, CATALOGUE_TURN } from '../applications/catalogue.js';
import { takeTurn } from '../database/locks.js';
import { Memberships } from '../groups/memberships.js';
import type { Principal } from '../kernel/principal.js';
import { PageTime } from './page-time.js';

/** The applications somebody may make a token for. */
export interface TokenOffer {
  /** As strongly as they are signed in. */
  readonly now: readonly Application[];
  /** Those they would be offered with a second factor. */
  readonly stronger: readonly Application[];
}

/** Whom applications offer access tokens. */
@Injectable()
export class TokenOffers {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly memberships: Memberships,
    private readonly time: PageTime,
  ) {}

  /** What somebody is offered. @throws Unavailable */
  async for(principal: Principal): Promise<TokenOffer> {
    const { all } = await this.catalogue.current();
    const those = (admission: Admission) =>
      all.filter(application => this.admissionTo(application, principal) === admission);
    return { now: those('admitted'), stronger: those('too-weak') };
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
    const now = { ...principal, person: { ...principal.person, groups } };
    return this.admissionTo(application, now) === 'admitted';
  }

  /** One that takes no tokens admits nobody by them. */
  private admissionTo(application: Application, { person, session: { amr } }: Principal): Admission {
    return application.tokens ? admissionOf(application, { person, amr }, this.time.policy) : 'not-allowed';
  }
}
