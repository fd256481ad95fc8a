import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import { Mailer } from '../mail/mailer.js';
import { Notices } from '../recovery/notices.js';
import type { EmailAddress } from '../users/email-address.js';
import type { User } from '../users/user.entity.js';

/** A change of address that somebody asked for. */
export interface AskedChange {
  readonly user: User;
  /** Who has the new address already; null for nobody. */
  readonly owner: User | null;
  readonly email: EmailAddress;
  readonly token: string;
}

/** The mails of an address change: a link to the new address, a notice to the present one. */
@Injectable()
export class EmailChangeMails {
  constructor(
    private readonly mailer: Mailer,
    private readonly notices: Notices,
  ) {}

  /** An address that has an account gets a word about that instead of the link; the page does not differ. */
  async send(
    manager: EntityManager,
    { user, owner, email, token }: AskedChange,
    origin: RequestOrigin,
  ): Promise<void> {
    await this.notices.send(manager, 'email-change-requested', user, origin);
    if (owner === null) {
      // Nobody has confirmed the address: nothing that a stranger chose goes there, their name included.
      const model = { link: this.mailer.link('/verify', token) };
      const linked = { plain: token, lasts: TOKEN_LIFE['email-change'] };
      return this.mailer.promise(manager, {
        to: email.display,
        template: 'email-change',
        model,
        token: linked,
      });
    }
    const model = { name: owner.displayName, username: owner.username, link: this.mailer.page('/login') };
    return this.mailer.promise(manager, { to: owner.email, template: 'register-known', model });
  }
}
