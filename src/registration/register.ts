import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { AuditLog } from '../audit/audit-log.js';
import { OneTimeTokens, TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Mailer } from '../mail/mailer.js';
import type { EmailAddress } from '../users/email-address.js';
import { User } from '../users/user.entity.js';
import type { Username } from '../users/username.js';

/** What waits in the token until the address is confirmed. There is no account before. */
export const Pending = z.object({
  username: z.string(),
  passwordHash: z.string(),
  /** Digest of what only the browser that registered holds. */
  browser: z.string(),
});
export type Pending = z.output<typeof Pending>;

/** Somebody who wants an account, checked: name and password can be used. */
export interface Registration {
  readonly username: Username;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly browser: string;
}

/** Takes registrations. What was chosen waits until the address is confirmed. */
@Injectable()
export class Register {
  constructor(
    private readonly transaction: Transaction,
    private readonly tokens: OneTimeTokens,
    private readonly mailer: Mailer,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Promises the mail with the link. The owner of an address that has an account already is told by mail, and
   * by nothing else: the answer, its time and what the name is worth afterwards are the same (ASVS 6.3.8).
   * @throws Unavailable
   */
  async request(
    { username, email, passwordHash, browser }: Registration,
    origin: RequestOrigin,
  ): Promise<void> {
    const details: Pending = { username: username.display, passwordHash, browser };
    const promise = (manager: EntityManager) => this.promise(manager, email, details);
    const ownerId = await this.transaction.run(promise, 'visitor');
    if (ownerId !== null) this.record(ownerId, origin);
  }

  /**
   * Sends the link again, with what was chosen before. For an address that waits for none, or where it may not go, the
   * same work is done for nobody; the link that was sent last stays good. @throws Unavailable
   */
  async again(email: EmailAddress, goes: boolean): Promise<void> {
    await this.transaction.run(async manager => {
      const waiting = await this.tokens.waiting(manager, 'register', email.key);
      const details = Pending.safeParse(waiting).data ?? null;
      if (goes && details !== null) return void (await this.promise(manager, email, details));
      const token = await this.tokens.issue(manager, { purpose: 'register', subject: 'nobody', address: '' });
      const model = { link: this.mailer.link('/verify', token) };
      await this.mailer.promise(manager, {
        to: null,
        template: 'register',
        model,
        token: { plain: token, lasts: TOKEN_LIFE.register },
      });
    }, 'visitor');
  }

  /** @returns the id of the person who has the address already; null for nobody. */
  private async promise(
    manager: EntityManager,
    email: EmailAddress,
    details: Pending,
  ): Promise<string | null> {
    const owner = await manager.findOneBy(User, { emailKey: email.key });
    const request = { purpose: 'register', subject: email.key, address: email.display, details } as const;
    const token = await this.tokens.issue(manager, request);
    if (owner === null) {
      // Nobody has confirmed the address: nothing that a stranger chose goes there, the username included.
      const model = { link: this.mailer.link('/verify', token) };
      const linked = { plain: token, lasts: TOKEN_LIFE.register };
      await this.mailer.promise(manager, { to: email.display, template: 'register', model, token: linked });
      return null;
    }
    const model = { name: owner.displayName, username: owner.username, link: this.mailer.page('/login') };
    await this.mailer.promise(manager, { to: owner.email, template: 'register-known', model });
    return owner.id;
  }

  private record(userId: string, origin: RequestOrigin): void {
    this.audit.record(
      { event: 'authn_registration_request', outcome: 'refused', userId, session: null },
      origin,
    );
  }
}
