import { Command } from 'commander';
import type { Head } from '../audit/chain.js';
import { headsIn } from '../audit/heads.js';
import { AuditKeys } from '../audit/audit-keys.js';
import { verifyTrail, type VerifiedTrail } from '../audit/verification/verify-trail.js';
import type { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { DataKeys } from '../crypto/data-keys.js';
import { atOneMoment } from '../database/at-one-moment.js';
import { CommandFailed } from './command-failed.js';
import { explainStores } from './explain-stores.js';
import { countsInWords, findingInWords } from './findings-in-words.js';
import { openExisting } from './open-database.js';
import { say, showProgress } from './output.js';

/** `gatehouse audit …` */
export function auditCommands(): Command {
  const audit = new Command('audit').description('the trail of security events');
  audit
    .command('verify')
    .description('tell whether somebody changed, deleted or added security events')
    .option(
      '--checkpoint <text>',
      'a checkpoint of the log, or its whole line; can be given several times',
      collect,
      [],
    )
    .addHelpText('after', HELP)
    .action(verify);
  return audit;
}

const HELP = `
Works beside a running server, and also on a copy: DATABASE_URL=sqlite:COPY. It needs the data keys of the installation.
Whoever can change the database can also cut off everything after some moment, with the checkpoints that tell of it: then a
checkpoint of later, kept where the log is shipped, shows it. Exit status 1: something is wrong.`;

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

async function verify({ checkpoint: texts }: { readonly checkpoint: readonly string[] }): Promise<void> {
  const known = texts.flatMap(headsOf);
  const trail = await verifiedTrail(loadConfig({ makes: false }), known);
  for (const finding of trail.findings) say(findingInWords(finding));
  for (const line of countsInWords(trail)) say(line);
  const { length: wrong } = trail.findings;
  if (wrong > 0)
    throw new CommandFailed(
      `The security events are not as Gatehouse wrote them: ${wrong === 1 ? 'one stream is' : `${wrong} streams are`} wrong.`,
    );
}

function headsOf(text: string): readonly Head[] {
  const heads = headsIn(text);
  if (heads.length > 0) return heads;
  throw new CommandFailed(
    '--checkpoint takes a line of the log whose event is sys_audit_checkpoint, or what stands in it as STREAM:NUMBER:MAC.',
  );
}

async function verifiedTrail(config: AppConfig, known: readonly Head[]): Promise<VerifiedTrail> {
  const database = await openExisting(config);
  const keys = new AuditKeys(new DataKeys(config));
  const progress = (done: number, total: number) => showProgress(`${done} of ${total} security events`);
  try {
    return await atOneMoment(database, manager =>
      verifyTrail(manager, { known, progress, keyOf: id => keys.named(id) }),
    );
  } catch (error) {
    throw explainStores(error, database.options, config.redis);
  } finally {
    showProgress('');
    await database.destroy();
  }
}
