import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { deviceInWords } from '../pages/device-words.js';
import { utcInWords } from '../pages/time-in-words.js';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Mailer } from '../mail/mailer.js';
import { BY_COMMAND } from './recovery.words.js';

/** What people are told of: each has a template of that name in `views/mail`. */
export type NoticeName =
  'password-changed' | 'new-device' | 'email-change-requested' | 'email-changed' | 'account-closed';

/** Whom a notice is for. */
export interface NoticeTo {
  readonly id: string;
  readonly displayName: string;
  /** Null: there is nowhere to write to, and nothing is written. */
  readonly email: string | null;
}

/**
 * Tells people what happened to their account: when, where, from which device, and with a link that says
 * "this was not me" (ASVS 6.3.5, 6.3.7). A notice is promised in the transaction of what it tells; where mails go
 * nowhere, none is, nor a link for it.
 */
@Injectable()
export class Notices {
  constructor(
    private readonly mailer: Mailer,
    private readonly tokens: OneTimeTokens,
    private readonly clock: Clock,
  ) {}

  async send(manager: EntityManager, name: NoticeName, to: NoticeTo, origin: RequestOrigin): Promise<void> {
    if (to.email === null || !this.mailer.isOn) return;
    const model = {
      name: to.displayName,
      when: utcInWords(this.clock.now()),
      ...whereFrom(origin),
      // Of an account that is gone there is nothing to take back.
      link: name === 'account-closed' ? null : await this.link(manager, to.id, to.email),
    };
    // What it tells is worth knowing even after its link is over.
    await this.mailer.promise(manager, { to: to.email, template: name, model });
  }

  private async link(manager: EntityManager, subject: string, address: string): Promise<string> {
    const request = { purpose: 'not-me', subject, address, replaces: false } as const;
    return this.mailer.link('/not-me', await this.tokens.issue(manager, request));
  }
}

/** Who is at the server's own command line has no browser. */
const whereFrom = ({ ip, userAgent }: RequestOrigin): { where: string; device: string } =>
  ip === '' ? BY_COMMAND : { where: ip, device: deviceInWords(userAgent) };
