import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import { odditiesOf, remarksOn } from '../applications/oddities.js';
import { Catalogue } from '../applications/catalogue.js';
import { AppConfig } from '../config/app-config.js';
import { DataKeys } from '../crypto/data-keys.js';
import { Groups } from '../groups/groups.js';
import { cookieAt } from '../http/cookies.js';
import { CommandFailed } from './command-failed.js';
import { codeOf } from '../kernel/error-words.js';
import { checkLive } from './live/check-live.js';
import { say } from './output.js';
import { withApplication } from './with-application.js';

/** `gatehouse app check` */
export const appCheckCommand = (): Command =>
  new Command('check')
    .description('say what is odd about the applications')
    .option('--live', 'also ask each of them through its proxy', false)
    .option('--at <address>', 'with --live: where the proxy is, in place of where names lead')
    .option('--ca <file>', 'with --live: a certificate authority of your own')
    .action(check);

interface CheckOptions {
  readonly live: boolean;
  readonly at?: string;
  readonly ca?: string;
}

async function check(options: CheckOptions): Promise<void> {
  if (!options.live && (options.at ?? options.ca) !== undefined) throw new CommandFailed(ONLY_LIVE);
  const { odd, remarks } = await withApplication(app => look(app, options));
  for (const sentence of [...odd, ...remarks]) say(sentence);
  if (odd.length > 0)
    throw new CommandFailed(odd.length === 1 ? 'One thing to mend.' : `${odd.length} things to mend.`);
  say(remarks.length === 0 ? 'Nothing is odd.' : 'Nothing has to be mended.');
}

/** What has to be mended, and what is good to know. */
interface Seen {
  readonly odd: readonly string[];
  readonly remarks: readonly string[];
}

async function look(app: INestApplicationContext, { live, at, ca }: CheckOptions): Promise<Seen> {
  const config = app.get(AppConfig);
  const { publicUrl } = config;
  const { all } = await app.get(Catalogue).current();
  if (all.length === 0) return { odd: [], remarks: [NONE] };
  const odd = odditiesOf(all, {
    publicUrl,
    groups: await app.get(Groups).all(),
    hasGate: config.gate !== null,
    registrationOpen: config.registration === 'open',
  });
  const cookieNameAt = (origin: string) => `${cookieAt(origin, 'browser', config)}-check0`;
  const authority = ca === undefined ? null : authorityIn(ca);
  const place = at === undefined ? null : await addressOf(at);
  const asked = { keys: app.get(DataKeys), publicUrl, cookieNameAt, at: place, authority };
  const wrong = live ? await Promise.all(all.map(application => checkLive(application, asked))) : [];
  return { odd: [...odd, ...wrong.flat()], remarks: remarksOn(all, { publicUrl }) };
}

/** @throws CommandFailed where it is none, such as one with a port */
async function addressOf(at: string): Promise<string> {
  try {
    return (await lookup(at.replace(/^\[(.*)\]$/, '$1'))).address;
  } catch (error) {
    throw new CommandFailed(`--at: ${JSON.stringify(at)} leads nowhere (${codeOf(error)}). ${ADDRESS_ALONE}`);
  }
}

/** @throws CommandFailed where it cannot be read, or holds none: TLS would leave that out without a word. */
function authorityIn(file: string): string {
  const text = textOf(file);
  if (CERTIFICATE.test(text)) return text;
  throw new CommandFailed(`--ca: ${JSON.stringify(file)} holds no certificate (PEM).`);
}

/** What one begins with (RFC 7468, section 5; and as OpenSSL writes others). */
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailed(`--ca: ${JSON.stringify(file)} cannot be read (${codeOf(error)}).`);
  }
}

const ADDRESS_ALONE =
  'Name the address of the proxy alone, such as 127.0.0.1: the port is that of each application.';

const ONLY_LIVE = '--at and --ca go with --live: without it no application is asked.';

const NONE = 'There is no application: "app add" adds one.';
