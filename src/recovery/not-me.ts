import { Injectable } from '@nestjs/common';
import { type EntityManager, Not } from 'typeorm';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens, TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Mailer } from '../mail/mailer.js';
import { AccountChange } from '../sessions/account-change.js';
import { parseEmailAddress } from '../users/email-address.js';
import { User } from '../users/user.entity.js';

/** "This was not me": closes an account to whoever got in, and opens it again to its owner alone. */
@Injectable()
export class NotMe {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly accounts: AccountChange,
    private readonly mailer: Mailer,
  ) {}

  /** Whether a link still opens the page; looking uses nothing up. */
  async isGood(plain: string | null): Promise<boolean> {
    return (await this.tokens.look(plain, 'not-me')) !== null;
  }

  /**
   * Ends all sessions, switches the password off until it is reset, takes back a changed address, voids what
   * is on its way, and mails a link to set a new password to the address the notice went to.
   * @returns false where the link is no good (any more). @throws Unavailable
   */
  async report(plain: string | null, origin: RequestOrigin): Promise<boolean> {
    const token = await this.tokens.look(plain, 'not-me');
    if (token === null) return false;
    return this.accounts.apply({
      userId: token.subject,
      event: 'authn_not_me',
      origin,
      change: manager => this.closeDoor(manager, token),
    });
  }

  private async closeDoor(manager: EntityManager, token: OneTimeToken): Promise<boolean> {
    const user = await manager.findOneBy(User, { id: token.subject });
    if (user === null || !(await this.tokens.use(manager, token))) return false;
    const email = await addressToKeep(manager, user, token.address);
    await manager.update(User, { id: user.id }, { passwordHash: null, ...email });
    await this.tokens.void(manager, user.id, 'reset', 'email-change');
    // An address that came later may be the intruder's: with a notice sent there they would take the account again.
    await this.tokens.voidLaterElsewhere(manager, token);
    const address = email.email ?? token.address;
    const reset = await this.tokens.issue(manager, { purpose: 'reset', subject: user.id, address });
    const model = { name: user.displayName, link: this.mailer.link('/reset', reset) };
    await this.mailer.promise(manager, {
      to: address,
      template: 'not-me-reset',
      model,
      token: { plain: reset, lasts: TOKEN_LIFE.reset },
    });
    return true;
  }
}

/** The address the notice went to, unless it is the present one or somebody else's by now. */
async function addressToKeep(
  manager: EntityManager,
  user: User,
  address: string,
): Promise<{ email: string | null; emailKey: string | null }> {
  const { email, emailKey } = user;
  const parsed = parseEmailAddress(address);
  if (parsed === null || parsed.key === emailKey) return { email, emailKey };
  const taken = await manager.existsBy(User, { emailKey: parsed.key, id: Not(user.id) });
  return taken ? { email, emailKey } : { email: parsed.display, emailKey: parsed.key };
}
