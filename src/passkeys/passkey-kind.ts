import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ViewModel } from '../http/view-model.js';
import type { Instant } from '../kernel/clock.js';
import {
  type Answer,
  type FactorCount,
  type FactorKind,
  FactorKinds,
  type ShownFactor,
} from '../second-factor/factor-kinds.js';
import { Ceremonies, type Holder } from './ceremonies.js';
import { PasskeyCheck } from './passkey-check.js';
import { Passkeys } from './passkeys.js';
import { parseAssertion } from './responses.js';

/** Who may answer the challenge of a second step: the person whose password was right. */
const stepOf = (userId: string): Holder => `second step of ${userId}`;

/** Passkeys as a kind of second factor. */
@Injectable()
export class PasskeyKind implements FactorKind, OnModuleInit {
  readonly name = 'passkeys';
  readonly fields = ['passkey'] as const;

  constructor(
    private readonly kinds: FactorKinds,
    private readonly passkeys: Passkeys,
    private readonly ceremonies: Ceremonies,
    private readonly checks: PasskeyCheck,
  ) {}

  onModuleInit(): void {
    this.kinds.add(this);
  }

  /** Each was made by an authenticator that verified its user: it is a way in alone. */
  async count(manager: EntityManager, userId: string): Promise<FactorCount> {
    const { inForce, dormant } = await this.passkeys.count(manager, userId);
    return { inForce, alone: inForce, dormant };
  }

  suspend(manager: EntityManager, userId: string, since: Instant | null): Promise<number> {
    return this.passkeys.suspend(manager, userId, since);
  }

  removeAll(manager: EntityManager, userId: string): Promise<number> {
    return this.passkeys.removeAll(manager, userId);
  }

  async section(userId: string): Promise<ViewModel> {
    return { offered: this.ceremonies.possible, list: await this.passkeys.viewsOf(userId) };
  }

  async offer(userId: string): Promise<ViewModel | null> {
    const options = await this.optionsFor(userId);
    return options === null ? null : { options: JSON.stringify(options) };
  }

  /** What a browser is to be asked for, so that this person shows one; null where they have none in force. @throws Unavailable */
  async optionsFor(userId: string): Promise<object | null> {
    const usable = (await this.passkeys.of(userId)).filter(row => this.passkeys.isInForce(row));
    if (usable.length === 0) return null;
    return this.ceremonies.askForUse(stepOf(userId), { userVerification: 'preferred', among: usable });
  }

  async check({ userId, origin, fields }: Answer): Promise<ShownFactor | null> {
    const assertion = parseAssertion(fields.passkey ?? '');
    if (assertion === null) return null;
    const passkey = await this.checks.named(assertion);
    // Somebody else's is no passkey of theirs.
    const own = passkey?.userId === userId ? passkey : null;
    const holder = stepOf(userId);
    const answer = { assertion, passkey: own, holder, origin, userVerification: 'preferred' } as const;
    const checked = await this.checks.check(answer);
    return checked.outcome === 'right' ? checked.shown : null;
  }
}
