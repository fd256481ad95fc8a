import type { INestApplicationContext } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { MailWorker } from '../mail/mail-worker.js';
import { outboxIn } from '../mail/outbox-files.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { type OperatorResetOutcome, OperatorResets } from '../recovery/operator-resets.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { say } from './output.js';
import { operator, withApplication } from './with-application.js';

/** How long the command waits for its mail to go. A server sends it otherwise. */
const MAIL_PATIENCE: Duration = seconds(30);

/** `gatehouse user send-reset`: mails a link to set a new password. */
export const sendReset = (name: string): Promise<void> =>
  mailed(
    name,
    (resets, id, origin) => resets.send(id, origin),
    'The password stays as it is until the link is used.',
  );

/** `gatehouse user require-new-password`: the password no longer works, and its owner gets a link to set a new one. */
export const requireNewPassword = (name: string): Promise<void> =>
  mailed(
    name,
    (resets, id, origin) => resets.requireNew(id, origin),
    'The password no longer works, and all sessions are ended.',
  );

type Reset = (resets: OperatorResets, id: string, origin: RequestOrigin) => Promise<OperatorResetOutcome>;

/** @param done what is so now. */
async function mailed(name: string, reset: Reset, done: string): Promise<void> {
  if (loadConfig({ makes: false }).mail.smtp === null)
    throw new CommandFailed(`SMTP_URL is not set: no mail is sent. ${INSTEAD}`);
  await withApplication(async app => {
    const { id } = await existing(app, name);
    const outcome = await reset(app.get(OperatorResets), id, operator());
    if (outcome.outcome !== 'promised') throw new CommandFailed(whyNot(outcome.outcome, name));
    await app.get(MailWorker).run(MAIL_PATIENCE);
    say(`A link to set a new password goes to ${outcome.address}${whereto(app)}. ${done}`);
  });
}

const INSTEAD = '"user set-password" sets a password by hand.';

function whyNot(outcome: 'no-address' | 'disabled' | 'gone', name: string): string {
  switch (outcome) {
    case 'no-address':
      return `${name} has no e-mail address: nothing was done. ${INSTEAD}`;
    case 'disabled':
      return `${name} is disabled, and no link would open: nothing was done. "user enable ${name}" comes first.`;
    case 'gone':
      return `${name} was deleted meanwhile.`;
  }
}

function whereto(app: INestApplicationContext): string {
  const { mail, dataDir } = app.get(AppConfig);
  return mail.smtp === 'outbox' ? `, as a file in ${JSON.stringify(outboxIn(dataDir))}` : '';
}
