import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Compromise } from '../credentials/compromise.js';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { User } from '../users/user.entity.js';
import { ResetMails } from './reset-mails.js';

/** "This was not me": closes an account to whoever got in, and opens it again to its owner alone. */
@Injectable()
export class NotMe {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly compromise: Compromise,
    private readonly mails: ResetMails,
  ) {}

  /** Whether a link still opens the page; looking uses nothing up. */
  async isGood(plain: string | null): Promise<boolean> {
    return (await this.tokens.look(plain, 'not-me')) !== null;
  }

  /**
   * Switches the password off until it is reset, ends what {@link Compromise} says, takes back a changed address, and
   * mails a link to set a new password to the address the notice went to.
   * @returns false where the link is no good (any more). @throws Unavailable
   */
  async report(plain: string | null, origin: RequestOrigin): Promise<boolean> {
    const token = await this.tokens.look(plain, 'not-me');
    if (token === null) return false;
    return this.compromise.apply({
      userId: token.subject,
      doubt: { kind: 'not-me', since: token.createdAt, openedAt: token.address },
      event: 'authn_not_me',
      origin,
      change: manager => this.closeDoor(manager, token),
      alongside: manager => this.mailReset(manager, token),
    });
  }

  private async closeDoor(manager: EntityManager, token: OneTimeToken): Promise<boolean> {
    if (!(await manager.existsBy(User, { id: token.subject }))) return false;
    if ((await this.tokens.use(manager, token)) === null) return false;
    await manager.update(User, { id: token.subject }, { passwordHash: null });
    return true;
  }

  /** To the address that the account has by now: where the notice went, unless that is somebody else's. */
  private async mailReset(manager: EntityManager, token: OneTimeToken): Promise<void> {
    const user = await manager.findOneByOrFail(User, { id: token.subject });
    await this.mails.promise(manager, { ...user, email: user.email ?? token.address }, 'not-me-reset');
  }
}
