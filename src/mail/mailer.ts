import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import { SecretBox } from '../crypto/secret-box.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { Clock } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';
import { Mail } from './mail.entity.js';
import type { OutgoingMail } from './mail-transport.js';
import { type MailModel, MailTemplates } from './mail-templates.js';

/** After this long a mail that could not be sent is given up. */
export const PATIENCE: Duration = days(1);

/** How long the row of a mail that is over stays, emptied. */
const REMEMBERED: Duration = days(7);

/** A mail to somebody. */
export interface MailRequest {
  /** The stored address, never the one that was typed. Null: nobody; it is written and thrown away. */
  readonly to: string | null;
  /** A template of `views/mail`. */
  readonly template: string;
  readonly model: MailModel;
}

/** Promises mails: each is a row, written in the transaction of what it is about, and sent afterwards. */
@Injectable()
export class Mailer {
  private readonly templates: MailTemplates;
  private promised: () => void = () => undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {
    this.templates = new MailTemplates(config.appName);
  }

  /**
   * Writes a mail down. To nobody, it costs the same and goes nowhere, so that time does not tell whether an
   * address is known (ASVS 6.3.8).
   */
  async promise(manager: EntityManager, { to, template, model }: MailRequest): Promise<void> {
    const now = this.clock.now();
    const id = randomText(12);
    const mail: OutgoingMail = { id, to: to ?? 'nobody@invalid', ...this.templates.render(template, model) };
    const content = this.box().seal(JSON.stringify(mail), id);
    const row = { id, content: to === null ? '' : content, createdAt: now, attempts: 0 };
    const due = { dueAt: to === null ? null : now, forgottenAt: now + PATIENCE + REMEMBERED };
    await manager.insert(Mail, Object.assign(new Mail(), row, due));
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
  open(row: Mail): OutgoingMail | null {
    const text = this.box().open(row.content, row.id);
    if (text === null) return null;
    const mail: OutgoingMail = JSON.parse(text);
    return mail;
  }

  /** Mails are written seldom enough to make its keys each time; so they are always those of now. */
  private box(): SecretBox {
    return new SecretBox(this.secrets.for('mails'));
  }
}
