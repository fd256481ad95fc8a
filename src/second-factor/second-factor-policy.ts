import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Person, Role } from '../kernel/principal.js';
import type { Strength } from '../kernel/strength.js';
import type { StepPurpose } from './sign-in-step.entity.js';

/** Of whom a second factor is asked, as `SECOND_FACTOR` says. */
@Injectable()
export class SecondFactorPolicy {
  constructor(private readonly config: AppConfig) {}

  /** Whether this person must have a factor for all that they may do. */
  asksFactorOf({ role }: { readonly role: Role }): boolean {
    const { secondFactor } = this.config;
    return secondFactor === 'everybody' || (secondFactor === 'admins' && role === 'admin');
  }

  /** What comes after the right password: the second factor, or adding one first; null: nothing, they are in. */
  stepAfterPassword({ secondFactorAt }: Pick<Person, 'secondFactorAt'>): StepPurpose | null {
    if (secondFactorAt !== null) return 'second';
    return this.config.secondFactor === 'everybody' ? 'enrol' : null;
  }

  /**
   * Whether a session of this strength may begin or go on for somebody at all; whether this person's may begin,
   * `may-enter.ts` knows.
   */
  takes(strength: Strength): boolean {
    return strength >= (this.config.secondFactor === 'everybody' ? 2 : 1);
  }

  /** What somebody may do through a session of this strength: an administrator's role is in force at 2 only. */
  roleInForce(role: Role, strength: Strength): Role {
    return this.config.secondFactor !== 'optional' && strength < 2 ? 'user' : role;
  }
}
