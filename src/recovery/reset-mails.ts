import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OneTimeTokens, TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import { Mailer } from '../mail/mailer.js';

/** Whose password the link sets. */
export interface ResetMailTo {
  readonly id: string;
  readonly displayName: string;
  /** Where the mail goes. */
  readonly email: string;
}

/** Why somebody gets one that they did not ask for; each is a template of `views/mail`. */
export type ResetMailName = 'reset' | 'not-me-reset' | 'new-password-needed' | 'password-rests';

/** Mails with a link to set a new password. A new one makes the one before void. */
@Injectable()
export class ResetMails {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly mailer: Mailer,
  ) {}

  /** Whether mails go anywhere. */
  get areOn(): boolean {
    return this.mailer.isOn;
  }

  /** Promises one, in the transaction of what it is about. */
  async promise(
    manager: EntityManager,
    { id, displayName: name, email }: ResetMailTo,
    template: ResetMailName,
  ): Promise<void> {
    const plain = await this.tokens.issue(manager, { purpose: 'reset', subject: id, address: email });
    const model = { name, link: this.mailer.link('/reset', plain) };
    const token = { plain, lasts: TOKEN_LIFE.reset };
    await this.mailer.promise(manager, { to: email, template, model, token });
  }
}
