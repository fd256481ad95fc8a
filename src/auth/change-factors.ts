import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import type { AuthenticationMethod } from '../kernel/principal.js';
import { Factors, type Loss } from '../second-factor/factors.js';
import type { ReplaceOutcome } from '../second-factor/recovery-code-set.js';
import type { Entry } from '../sessions/entry.js';
import { lockPerson } from '../users/lock-person.js';
import { Entrance, type Entrant } from './entrance.js';
import { type FactorNamed, FactorNews } from './factor-news.js';

/** A change to what a signed-in person has as second factors. */
export interface FactorChange extends FactorNamed {
  /** The change itself, with the person locked; awaits only the database. @returns false where it did not apply. */
  readonly change: (manager: EntityManager) => Promise<boolean>;
}

/** A factor to be added, which was shown. */
export interface FactorAddition extends FactorChange {
  /** What was proved by showing it. */
  readonly amr: readonly AuthenticationMethod[];
  /** It was suspended, and is admitted again. */
  readonly readmits?: boolean;
}

export type AddFactorOutcome =
  /** `entry`: what their browser is to get, their sign-in under a new id and as strong as what was shown. */
  | { readonly outcome: 'added'; readonly entry: Entry }
  /** The change did not apply, or the session ended meanwhile. */
  | { readonly outcome: 'not-now' };

export type RemoveFactorOutcome = { readonly outcome: 'removed' | 'not-now' | 'last-way-in' | 'last-factor' };

/** Recovery codes that somebody has saved. */
export interface NewCodes extends Pick<FactorNamed, 'person'> {
  /** Puts them into force, with the person locked; awaits only the database. */
  readonly replace: (manager: EntityManager) => Promise<ReplaceOutcome>;
}

export type MakeCodesOutcome = {
  readonly outcome: 'made' | 'not-now' | 'no-factor' | Exclude<ReplaceOutcome, 'replaced'>;
};

/**
 * Adds and removes second factors of signed-in people: each in one transaction, with the notice that tells of it. The first
 * factor ends every sign-in that was made without one: so whoever has a factor has no weaker session.
 */
@Injectable()
export class ChangeFactors {
  constructor(
    private readonly transaction: Transaction,
    private readonly factors: Factors,
    private readonly entrance: Entrance,
    private readonly told: FactorNews,
  ) {}

  /** Also where a suspended one is admitted again. @throws Unavailable, and what `change` throws */
  async add(
    entrant: Entrant,
    { amr, readmits = false, ...added }: FactorAddition,
  ): Promise<AddFactorOutcome> {
    const { person } = added;
    const done = await this.entrance
      .takingBack(begun =>
        this.transaction.run(async manager => {
          const before = await lockPerson(manager, person.id);
          if (before === null || !(await this.entrance.isStillIn(entrant, manager))) return null;
          const wasAsked = await this.factors.isAskedOf(manager, person.id);
          if (!(await added.change(manager))) return null;
          await this.factors.settle(manager, person.id);
          const ended = wasAsked ? [] : await this.told.endOthers(manager, entrant, person.id);
          const arrival = { person, proof: { amr, holds: () => true }, adds: true };
          const entry = await this.entrance.renew(entrant, arrival, { manager, begun });
          if (entry === null) throw new SessionEnded();
          await this.told.mail(manager, 'factor-added', added, entrant);
          return { entry, ended };
        }),
      )
      .catch(nothingWhereSessionEnded);
    if (done === null) return { outcome: 'not-now' };
    this.told.record(readmits ? 'authn_factor_readmitted' : 'authn_factor_added', added, entrant);
    this.told.ended(done.ended, entrant);
    return { outcome: 'added', entry: done.entry };
  }

  /**
   * @param loss what goes, as the transaction sees it; where that would be their last way in, or the last factor of
   * somebody who must have one, nothing is changed. @throws Unavailable
   */
  async remove(
    entrant: Entrant,
    { loss, ...removed }: FactorChange & { readonly loss: (manager: EntityManager) => Promise<Loss> },
  ): Promise<RemoveFactorOutcome> {
    const { person } = removed;
    let resetStopped = false;
    const outcome = await this.transaction.run(async manager => {
      await lockPerson(manager, person.id);
      if (!(await this.entrance.isStillIn(entrant, manager))) return 'not-now' as const;
      const lost = await loss(manager);
      const may = await this.factors.mayLose(manager, person.id, lost);
      if (may !== 'yes') return may;
      if (!(await removed.change(manager))) return 'not-now' as const;
      resetStopped = await this.factors.settleAfterRemoval(manager, person.id, lost);
      await this.told.mail(manager, 'factor-removed', removed, entrant);
      return 'removed' as const;
    });
    if (outcome !== 'removed') return { outcome };
    this.told.record('authn_factor_removed', removed, entrant);
    if (resetStopped) this.told.resetStopped(removed, entrant);
    return { outcome };
  }

  /**
   * Puts recovery codes into force, for somebody who has a factor that they can stand in for.
   * @returns `again` where the very same form came before: its codes are in force; `overtaken` where others came into force
   * since they were shown. @throws Unavailable
   */
  async makeCodes(entrant: Entrant, { person, replace }: NewCodes): Promise<MakeCodesOutcome> {
    const codes = { person, factor: '', method: 'recovery_code' };
    const outcome = await this.transaction.run(async manager => {
      await lockPerson(manager, person.id);
      if (!(await this.entrance.isStillIn(entrant, manager))) return 'not-now' as const;
      if ((await this.factors.countOf(manager, person.id)).inForce === 0) return 'no-factor' as const;
      const replaced = await replace(manager);
      if (replaced !== 'replaced') return replaced;
      await this.told.mail(manager, 'recovery-codes-made', codes, entrant);
      return 'made' as const;
    });
    if (outcome === 'made') this.told.record('authn_recovery_codes_made', codes, entrant);
    return { outcome };
  }
}

/** Undoes the transaction whose session ended while it was on its way. */
class SessionEnded extends Error {}

function nothingWhereSessionEnded(error: unknown): null {
  if (error instanceof SessionEnded) return null;
  throw error;
}
