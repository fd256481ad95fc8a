import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { iso } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { OwnDataParts } from '../users/own-data-parts.js';
import { Authenticator } from './authenticator.entity.js';
import { FactorReset } from './factor-reset.entity.js';
import { Addresses } from './reset-notices.js';
import { RecoveryCode } from './recovery-code.entity.js';
import { SignInStep } from './sign-in-step.entity.js';

/** A person's second factors in what they can download of themselves: without what proves them. */
@Injectable()
export class OwnSecondFactors implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: OwnDataParts,
  ) {}

  onModuleInit(): void {
    this.parts.add('authenticators', person => this.authenticatorsOf(person));
    this.parts.add('recoveryCodes', person => this.codesOf(person));
    this.parts.add('factorResets', person => this.resetsOf(person));
    this.parts.add('signInSteps', person => this.stepsOf(person));
  }

  private async *authenticatorsOf({ id: userId }: CurrentPerson): AsyncGenerator<readonly unknown[]> {
    const found = await this.dataSource.manager.findBy(Authenticator, { userId });
    yield found.map(({ addedAt, lastUsedAt, suspendedAt }) => ({
      addedAt: iso(addedAt),
      lastUsedAt: iso(lastUsedAt),
      suspendedAt: iso(suspendedAt),
    }));
  }

  private async *codesOf({ id: userId }: CurrentPerson): AsyncGenerator<readonly unknown[]> {
    const found = await this.dataSource.manager.findBy(RecoveryCode, { userId });
    yield found.map(({ madeAt, usedAt }) => ({ madeAt: iso(madeAt), usedAt: iso(usedAt) }));
  }

  private async *resetsOf({ id: userId }: CurrentPerson): AsyncGenerator<readonly unknown[]> {
    const found = await this.dataSource.manager.findBy(FactorReset, { userId });
    yield found.map(({ addresses, askedAt, dueAt, cancelledAt, doneAt, finishedAt }) => ({
      addresses: Addresses.parse(JSON.parse(addresses)),
      askedAt: iso(askedAt),
      dueAt: iso(dueAt),
      cancelledAt: iso(cancelledAt),
      doneAt: iso(doneAt),
      finishedAt: iso(finishedAt),
    }));
  }

  /** Of the last hour: they are cleared away after that. */
  private async *stepsOf({ id: userId }: CurrentPerson): AsyncGenerator<readonly unknown[]> {
    const found = await this.dataSource.manager.findBy(SignInStep, { userId });
    yield found.map(({ purpose, returnTo, remembered, tries, beganAt, usedAt }) => ({
      ...{ purpose, returnTo, remembered, tries },
      beganAt: iso(beganAt),
      usedAt: iso(usedAt),
    }));
  }
}
