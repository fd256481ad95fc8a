import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { DataKeys } from '../crypto/data-keys.js';
import { randomText } from '../crypto/random.js';
import { SecretBox } from '../crypto/secret-box.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { digestOf } from '../crypto/secret-token.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';
import { Mail, mailPlace } from './mail.entity.js';
import type { OutgoingMail } from './mail-transport.js';
import { type MailModel, MailTemplates } from './mail-templates.js';

/** How long the row of a mail that is over stays, emptied. */
export const REMEMBERED: Duration = days(7);

/** A mail that waits is swept by no clock, however wrong: only one that is over is forgotten. */
export const NEVER: Instant = Number.MAX_SAFE_INTEGER;

/** What the sealed content of a row holds. */
type Written = Omit<OutgoingMail, 'madeAt'> & { readonly link?: MailedToken };

/** The token in a mail's link. */
export interface MailedToken {
  readonly digest: string;
  readonly lasts: Duration;
}

/** Makes an unused token good until then. @returns false where there is none any more. */
export type RenewToken = (digest: string, until: Instant) => Promise<boolean>;

/** A mail to somebody. */
export interface MailRequest {
  /** The stored address, never the one that was typed. Null: nobody; it is written and thrown away. */
  readonly to: string | null;
  /** A template of `views/mail` or `views/app/mail`. */
  readonly template: string;
  readonly model: MailModel;
  /** The token in its link, and how long that is good for. Without: it is worth sending whenever it can be. */
  readonly token?: { readonly plain: string; readonly lasts: Duration };
}

/** Promises mails: each is a row, written in the transaction of what it is about, and sent afterwards. */
@Injectable()
export class Mailer {
  private readonly templates: MailTemplates;
  private promised: () => void = () => undefined;
  private renew: RenewToken = () => Promise.resolve(false);

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
    private readonly keys: DataKeys,
  ) {
    this.templates = new MailTemplates(config);
  }

  /** Whether mails go anywhere. */
  get isOn(): boolean {
    return this.config.mail.smtp !== null;
  }

  /**
   * Writes a mail down; where mails go nowhere, none: it would wait for ever. To nobody, it costs the same and goes nowhere, so that time does not tell whether an
   * address is known (ASVS 6.3.8).
   */
  async promise(manager: EntityManager, { to, template, model, token }: MailRequest): Promise<void> {
    if (!this.isOn) return;
    const now = this.clock.now();
    const id = randomText(12);
    const written: Written = {
      id,
      to: to ?? 'nobody@invalid',
      ...this.templates.render(template, model),
      ...(token === undefined ? {} : { link: { digest: digestOf(token.plain), lasts: token.lasts } }),
    };
    const sealed = this.keys.seal(JSON.stringify(written), mailPlace(id));
    const row = {
      id,
      content: '',
      createdAt: now,
      attempts: 0,
      goodUntil: token === undefined ? null : now + token.lasts,
    };
    const state =
      to === null
        ? { sealed: null, dueAt: null, forgottenAt: now + REMEMBERED }
        : { sealed, dueAt: now, forgottenAt: NEVER };
    await manager.insert(Mail, Object.assign(new Mail(), row, state));
    this.promised();
  }

  /** Tells whoever sends mails that there will be one as soon as the transaction is over. */
  whenPromised(tell: () => void): void {
    this.promised = tell;
  }

  /** An address of this site for a mail: from the configuration, never from a request's `Host`. */
  link(path: string, token: string): string {
    return `${this.config.publicUrl}${path}?token=${token}`;
  }

  /** A page of this site for a mail. */
  page(path: string): string {
    return `${this.config.publicUrl}${path}`;
  }

  /** A promised mail as it goes out; null where its content cannot be opened any more. */
  open(row: Mail): (OutgoingMail & { readonly link?: MailedToken }) | null {
    const text = this.textOf(row);
    if (text === null) return null;
    const written: Written = JSON.parse(text);
    // A clock that was ahead when it was promised dates no mail into the future.
    return { ...written, madeAt: Math.min(row.renewedAt ?? row.createdAt, this.clock.now()) };
  }

  /** Says who makes the tokens of links good again. */
  renewTokensBy(renew: RenewToken): void {
    this.renew = renew;
  }

  /** Makes the token of a mail's link good until then. @returns false where it was used, replaced, voided or deleted. */
  renewToken({ digest }: MailedToken, until: Instant): Promise<boolean> {
    return this.renew(digest, until);
  }

  /** The id of the data key without which a mail cannot be opened here; null where none is missing. */
  missingKey({ sealed }: Mail): string | null {
    const id = sealed === null ? null : this.keys.keyIdOf(sealed);
    return id === null || this.keys.has(id) ? null : id;
  }

  private textOf({ id, sealed, content }: Mail): string | null {
    if (sealed !== null) return this.keys.open(sealed, mailPlace(id));
    // One that a version before data keys promised. Such mails end within days, and then this may go.
    return new SecretBox(this.secrets.for('mails')).open(content, id);
  }
}
