import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { SecurityEvent } from '../audit/security-event.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { AccountChange, type AccountChangeRequest } from '../sessions/account-change.js';
import { confirmAddress } from '../users/confirmed-address.js';
import { parseEmailAddress } from '../users/email-address.js';
import { User } from '../users/user.entity.js';
import { OneTimeTokens } from './one-time-tokens.js';

/**
 * Why an account may be in the wrong hands: its owner says so by the link of a notice, sets a new password by a mailed
 * link, or has an operator set one.
 */
export type CompromiseKind = 'not-me' | 'reset' | 'operator-reset';

/** What is known of it. */
export interface Doubt {
  readonly kind: CompromiseKind;
  /** From when on what was done to the account may be somebody else's doing; null: nobody says. */
  readonly since: Instant | null;
  /** The address whose mail was opened: whoever reads it is the owner. Null: no mail was. */
  readonly openedAt: string | null;
}

/**
 * Ends or suspends what a capability keeps for somebody, inside the transaction that closes the account to others: await
 * only the database. What it throws undoes all of it.
 * @returns what is to be recorded once it is kept, if anything. Recorded by itself, it would be told also where it is undone.
 */
export type AtCompromise = (
  manager: EntityManager,
  userId: string,
  kind: CompromiseKind,
  since: Instant | null,
) => Promise<readonly SecurityEvent[] | undefined>;

/** A change to an account after which nothing of before may go on, but what its owner alone can have. */
export interface CompromiseRequest extends AccountChangeRequest {
  /** Null: the owner is at it, signed in and with the password just given; nothing is in doubt. */
  readonly doubt: Doubt | null;
}

/**
 * The one place that says what "this was not me", a reset by mail and an operator's reset end:
 *
 * | what                                             | not me | reset  | operator | the owner |
 * | ------------------------------------------------ | ------ | ------ | -------- | --------- |
 * | sessions                                         | ends   | ends   | ends     | ends      |
 * | links to reset, to change the address            | ends   | ends   | ends     | ends      |
 * | a changed address: back to where the notice went | yes    |        |          |           |
 * | links of notices that went elsewhere since       | ends   |        |          |           |
 * | what capabilities have added                     | theirs | theirs | theirs   |           |
 *
 * Where a mail was opened for it, its address is its person's from then on (`users/confirmed-address.ts`).
 */
@Injectable()
export class Compromise {
  private readonly members = new Map<string, AtCompromise>();

  constructor(
    private readonly accounts: AccountChange,
    private readonly tokens: OneTimeTokens,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Adds what a capability ends or suspends; once, when its module starts.
   * @param name what it is, such as `access tokens`. @throws where something else is called so.
   */
  add(name: string, act: AtCompromise): void {
    if (this.members.has(name))
      throw new Error(`Something else that ends at a compromise is called ${JSON.stringify(name)}.`);
    this.members.set(name, act);
  }

  /**
   * Changes the account and ends all of that with it: all is kept, or nothing.
   * @returns whether the change applied; if not, nothing was ended. @throws Unavailable
   */
  async apply({ doubt, change, ...request }: CompromiseRequest): Promise<boolean> {
    const { userId, origin } = request;
    let told: readonly SecurityEvent[] = [];
    const applied = await this.accounts.apply({
      ...request,
      change: async manager => {
        if (!(await change(manager))) return false;
        await this.tokens.void(manager, userId, 'reset', 'email-change');
        if (doubt !== null) told = await this.end(manager, userId, doubt);
        return true;
      },
    });
    if (applied) for (const event of told) this.audit.record(event, origin);
    return applied;
  }

  /** @returns what is to be recorded. */
  private async end(manager: EntityManager, userId: string, doubt: Doubt): Promise<readonly SecurityEvent[]> {
    const { kind, since, openedAt } = doubt;
    if (kind === 'not-me') await this.takeBack(manager, userId, doubt);
    const opened = { userId, address: openedAt, at: this.clock.now() };
    const told: SecurityEvent[] = [];
    if (await confirmAddress(manager, opened)) told.push(addressConfirmed(userId, kind));
    for (const act of this.members.values()) told.push(...((await act(manager, userId, kind, since)) ?? []));
    return told;
  }

  /** Takes from whoever else got in what would let them in again. */
  private async takeBack(manager: EntityManager, userId: string, { since, openedAt }: Doubt): Promise<void> {
    if (openedAt === null) return;
    await takeAddressBack(manager, userId, openedAt);
    // An address that came later may be the intruder's: with a notice sent there they would take the account again.
    await this.tokens.voidElsewhere(manager, { userId, purpose: 'not-me', but: openedAt, since });
  }
}

const addressConfirmed = (userId: string, by: CompromiseKind): SecurityEvent => ({
  ...{ event: 'user_email_confirmed', outcome: 'success', userId, session: null },
  facts: { by },
});

/** To where the notice went, unless that is the present one or somebody else's by now. */
async function takeAddressBack(manager: EntityManager, userId: string, openedAt: string): Promise<void> {
  const address = parseEmailAddress(openedAt);
  if (address === null || (await manager.existsBy(User, { emailKey: address.key }))) return;
  const change = { email: address.display, emailKey: address.key, emailConfirmedAt: null };
  await manager.update(User, { id: userId }, change);
}
