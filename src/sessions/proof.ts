import type { EntityManager } from 'typeorm';
import type { AuthenticationMethod } from '../kernel/principal.js';
import type { User } from '../users/user.entity.js';

/** The person a proof is about, as the transaction sees them: locked until it is over. */
export type ProvedPerson = Pick<User, 'id' | 'passwordHash'>;

/**
 * What a sign-in was verified with. It is asked once more in the transaction that adds the session: what was right when
 * it was verified may have been changed or taken away meanwhile, and whoever does that must not be overtaken. A
 * capability with another kind of proof has a class of its own.
 */
export interface Proof {
  /** What it proves, by RFC 8176. */
  readonly amr: readonly AuthenticationMethod[];

  /**
   * Whether it still stands; awaits only the database. What can be used once is used up by it. Asked once, with the
   * person locked, in the transaction that adds the session.
   */
  holds(manager: EntityManager, person: ProvedPerson): boolean | Promise<boolean>;
}

/** A password, by the hash that it was verified against. */
export class PasswordProof implements Proof {
  readonly amr = ['pwd'] as const;

  constructor(private readonly hash: string) {}

  holds(_: EntityManager, person: ProvedPerson): boolean {
    return person.passwordHash === this.hash;
  }
}
