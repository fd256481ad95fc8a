import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { deviceInWords } from '../pages/device-words.js';
import { utcInWords } from '../pages/time-in-words.js';
import { Clock, type Instant } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Mailer } from '../mail/mailer.js';
import { confirmedAddress } from '../users/confirmed-address.js';
import { BY_COMMAND, TO_UNCONFIRMED } from './recovery.words.js';

/** What people are told of: each has a template of that name in `views/mail`. */
export type NoticeName =
  | 'password-changed'
  | 'new-device'
  | 'email-change-requested'
  | 'email-changed'
  | 'account-closed'
  | 'second-step-failed'
  | 'codes-rest';

/** Those that name a second factor: their template prints `factor`. */
export type FactorNoticeName =
  'factor-added' | 'factor-removed' | 'factor-refused' | 'recovery-codes-made' | 'recovery-code-used';

/** A notice that names a second factor. */
export interface FactorNotice {
  readonly name: FactorNoticeName;
  /** Which, in words. */
  readonly factor: string;
}

/** Those of a reset of somebody's factors: their template prints `due`, when it takes effect. */
export type ResetNoticeName = 'factor-reset-asked' | 'factor-reset-soon' | 'factor-reset-done';

/** A notice of such a reset. */
export interface ResetNotice {
  readonly name: ResetNoticeName;
  readonly due: string;
}

/** Whom a notice is for. */
export interface NoticeTo {
  readonly id: string;
  readonly displayName: string;
  /** Null: there is nowhere to write to, and nothing is written. */
  readonly email: string | null;
  /** Since when the address is known to be theirs; null: an operator typed it, and it may be somebody else's. */
  readonly emailConfirmedAt: Instant | null;
}

/**
 * Tells people what happened to their account: when, where, from which device, and with a link that says
 * "this was not me" (ASVS 6.3.5, 6.3.7). An address that nobody has confirmed is told that something was done, and gets
 * neither the link nor anything else of the account: whoever reads it could end the owner's sign-ins, and take the address
 * back to themselves once its slip was mended. A notice is promised in the transaction of what it tells; where mails go
 * nowhere, none is, nor a link for it.
 */
@Injectable()
export class Notices {
  constructor(
    private readonly mailer: Mailer,
    private readonly tokens: OneTimeTokens,
    private readonly clock: Clock,
  ) {}

  async send(
    manager: EntityManager,
    notice: NoticeName | FactorNotice | ResetNotice,
    to: NoticeTo,
    origin: RequestOrigin,
  ): Promise<void> {
    const { name, ...more } = typeof notice === 'string' ? { name: notice } : notice;
    if (to.email === null || !this.mailer.isOn) return;
    const when = utcInWords(this.clock.now());
    if (confirmedAddress(to) === null) {
      const model = { ...TO_UNCONFIRMED[name], when };
      return this.mailer.promise(manager, { to: to.email, template: 'unconfirmed-notice', model });
    }
    const model = {
      name: to.displayName,
      when,
      ...whereFrom(origin),
      ...more,
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
