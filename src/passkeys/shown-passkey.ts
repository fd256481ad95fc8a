import { type EntityManager, IsNull, LessThan, Not } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import type { AuthenticationMethod } from '../kernel/principal.js';
import type { ShownFactor } from '../second-factor/factor-kinds.js';
import type { Proof, ProvedPerson } from '../sessions/proof.js';
import { Passkey } from './passkey.entity.js';
import type { KeyUse } from './webauthn.js';

/** Why a passkey is not accepted that was used rightly as far as its signature proves. */
export type UseRefusal =
  /** Its answer was used already. */
  | 'replayed'
  /** It was removed or suspended meanwhile. */
  | 'gone'
  /** Its counter went back, or stands still: there may be a copy of it (WebAuthn 6.1.1). */
  | 'counter';

/** What was shown. */
export interface Showing {
  readonly passkey: Passkey;
  readonly use: KeyUse;
  readonly at: Instant;
  /** Whether it is one that is suspended, and works again from then on. */
  readonly readmits: boolean;
  /** Uses the challenge up, in one statement; false where that was done before. */
  readonly useChallenge: (manager: EntityManager) => Promise<boolean>;
  /** What is done where the counter says that there may be a copy, in the same transaction. */
  readonly onCopy: (manager: EntityManager) => Promise<void>;
}

/**
 * A passkey whose signature is right. It is used in the transaction that relies on it: one answer opens one session, and
 * whoever removes the passkey comes before it or after it.
 */
export class ShownPasskey implements Proof, ShownFactor {
  readonly method = 'passkey';
  readonly amr: readonly AuthenticationMethod[];
  /** Why it was refused; null as long as it was not. For the log. */
  refusal: UseRefusal | null = null;

  constructor(private readonly showing: Showing) {
    const { passkey, use } = showing;
    // Whoever touched a key has one; whom the key verified has given a second factor to the key itself.
    this.amr = [passkey.synced ? 'swk' : 'hwk', 'user', ...(use.userVerified ? (['mfa'] as const) : [])];
  }

  /** Whose it is. */
  get userId(): string {
    return this.showing.passkey.userId;
  }

  /** Its name on pages and in events. */
  get id(): string {
    return this.showing.passkey.id;
  }

  readonly use = async (manager: EntityManager): Promise<boolean> => {
    this.refusal = await this.refusalIn(manager);
    if (this.refusal === 'counter') await this.showing.onCopy(manager);
    return this.refusal === null;
  };

  async holds(manager: EntityManager, person: ProvedPerson): Promise<boolean> {
    return person.id === this.userId && this.use(manager);
  }

  private async refusalIn(manager: EntityManager): Promise<UseRefusal | null> {
    if (!(await this.showing.useChallenge(manager))) return 'replayed';
    const { id, userId } = this;
    const { counter, backedUp } = this.showing.use;
    const there = { id, userId, suspendedAt: this.showing.readmits ? Not(IsNull()) : IsNull() };
    const done = await manager.update(
      Passkey,
      { ...there, counter: counter === 0 ? 0 : LessThan(counter) },
      { counter, backedUp, lastUsedAt: this.showing.at, suspendedAt: null },
    );
    if (done.affected === 1) return null;
    return (await manager.existsBy(Passkey, there)) ? 'counter' : 'gone';
  }
}
