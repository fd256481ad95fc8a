import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy.js';
import type { StepPurpose } from '../second-factor/sign-in-step.entity.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { type Obstacle, obstacleFor } from './obstacle.js';

export type PasswordOutcome =
  /** `passwordHash` is what the password was verified against. */
  | {
      readonly outcome: 'right';
      readonly user: User;
      readonly passwordHash: string;
      /** What comes before they are in; null: nothing. */
      readonly then: StepPurpose | null;
    }
  /** `reason` is for the log: nobody outside learns which. */
  | { readonly outcome: 'wrong'; readonly reason: 'unknown' | 'password' | Obstacle };

/** Verifies passwords, with the same work whether the person exists or not (ASVS 6.3.8). */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly config: AppConfig,
    private readonly policy: SecondFactorPolicy,
  ) {}

  /** @param user the person, or null where nobody has the name. @throws HashingOverloaded, Unavailable */
  async verify(user: User | null, password: string, origin: RequestOrigin): Promise<PasswordOutcome> {
    const right = await this.hasher.verify(password, user?.passwordHash ?? null);
    if (user === null) return { outcome: 'wrong', reason: 'unknown' };
    const obstacle = obstacleFor(user, origin, this.config);
    if (obstacle !== null) return { outcome: 'wrong', reason: obstacle };
    if (!right || user.passwordHash === null) return { outcome: 'wrong', reason: 'password' };
    return {
      outcome: 'right',
      user,
      then: this.policy.stepAfterPassword(user),
      passwordHash: await this.strengthened(user.id, password, user.passwordHash),
    };
  }

  /** The work of a wrong password, where it is one whatever it is. @throws HashingOverloaded */
  async pretend(user: User | null, password: string): Promise<void> {
    await this.hasher.verify(password, user?.passwordHash ?? null);
  }

  /** Hashes again where today's parameters are higher than those of the stored hash (ASVS 11.2.2). */
  private async strengthened(userId: string, password: string, from: string): Promise<string> {
    if (!this.hasher.needsRehash(from)) return from;
    const to = await this.hasher.hash(password);
    if (await this.users.strengthenHash(userId, from, to)) return to;
    // Another sign-in was faster, or the password was changed: what stands there now decides.
    const now = await this.users.passwordHashOf(userId);
    return now !== null && (await this.hasher.verify(password, now)) ? now : from;
  }
}
