import type { INestApplicationContext } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { isLoopbackHost } from '../config/loopback.js';
import { Transaction } from '../database/transaction.js';
import { type Duration, seconds } from '../kernel/durations.js';
import type { Role } from '../kernel/principal.js';
import { Mail } from '../mail/mail.entity.js';
import { Mailer } from '../mail/mailer.js';
import { MailWorker } from '../mail/mail-worker.js';
import { outboxIn } from '../mail/outbox-files.js';
import { Invite } from '../registration/invite.js';
import { parseEmailAddress } from '../users/email-address.js';
import { CommandFailed } from './command-failed.js';
import { say } from './output.js';
import { operator, withApplication } from './with-application.js';

/** How long the command waits for its mail to go. A server sends it otherwise. */
const MAIL_PATIENCE: Duration = seconds(30);

/** `gatehouse user invite`: mails an invitation, and says where its link leads and where the mail went. */
export async function inviteUser(address: string, { role }: { readonly role: Role }): Promise<void> {
  const email = parseEmailAddress(address);
  if (email === null) throw new CommandFailed(`${JSON.stringify(address)} is no e-mail address.`);
  const { registration, publicUrl, mail } = loadConfig({ makes: false });
  if (new URL(publicUrl).port === '0')
    throw new CommandFailed(
      'PUBLIC_URL is not set and PORT is 0: set PUBLIC_URL to where the server is, so that the link leads there.',
    );
  if (registration === 'closed')
    throw new CommandFailed(
      'REGISTRATION is closed: nobody can accept an invitation. Set it to invite or open.',
    );
  if (mail.smtp === null)
    throw new CommandFailed(
      'SMTP_URL is not set: no mail is sent. Set it to a mail server, or to outbox to have the mail as a file.',
    );
  await withApplication(
    async app => {
      const promised = await app.get(Invite).send(email, role, operator());
      if (!promised) throw new CommandFailed(`Somebody has an account with ${email.display} already.`);
      await app.get(MailWorker).run(MAIL_PATIENCE);
      say(`Invited ${email.display}.`);
      say(linkLine(app.get(AppConfig)));
      say(mailLine(app.get(AppConfig)));
      if (await isMailWaiting(app, email.display)) say('It has not gone yet: a running server tries again.');
    },
    { makes: true },
  );
}

function linkLine({ publicUrl, whereSet }: AppConfig): string {
  const setBy = whereSet('PUBLIC_URL') ?? 'PUBLIC_URL is not set';
  const near = isLoopbackHost(new URL(publicUrl).hostname) ? ' It opens on this machine only.' : '';
  return `The link leads to ${publicUrl}/invite (${setBy}).${near}`;
}

function mailLine({ mail: { smtp }, dataDir, whereSet }: AppConfig): string {
  const setBy = whereSet('SMTP_URL');
  if (smtp !== null && smtp !== 'outbox')
    return `The mail goes out by ${smtp.host}:${smtp.port} (${setBy ?? 'SMTP_URL'}).`;
  const why =
    setBy === null ? ', because SMTP_URL is not set: it reaches nobody.' : ` (${setBy}): send it on.`;
  return `The mail is a file in ${JSON.stringify(outboxIn(dataDir))}${why}`;
}

/** Whether a mail to somebody has not gone yet. To whom a mail is, stands in it alone. */
async function isMailWaiting(app: INestApplicationContext, to: string): Promise<boolean> {
  const where = { dueAt: Not(IsNull()) };
  const waiting = await app.get(Transaction).one(manager => manager.findBy(Mail, where));
  return waiting.some(mail => app.get(Mailer).open(mail)?.to === to);
}
