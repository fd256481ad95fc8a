import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { readEnvironment } from '../src/config/read-environment.js';
import { DataKeys } from '../src/crypto/data-keys.js';
import { SecretRing } from '../src/crypto/secret-ring.js';
import { SystemClock } from '../src/kernel/clock.js';
import { Mail } from '../src/mail/mail.entity.js';
import { Mailer } from '../src/mail/mailer.js';
import { layGround } from './house.js';
import { removable } from './leftovers.js';
import { type Line, seconds as inSeconds } from './report.js';
import { median, type Rounds } from './rounds.js';
import { startServer } from './server.js';

/** Mails that wait when the server starts. */
const MAILS = 2000;
/** What the mail server takes for each answer, in milliseconds. */
const ANSWER = 60;
/** Answers a mail cannot do without: to MAIL FROM, RCPT TO, DATA and the message. */
const ANSWERS = 4;
/** In which time all of them are to be gone, in seconds. */
const GOAL = 180;

/** How long a queue of mails takes to go, against one mail after the other on one connection. */
export async function mails({ count }: Rounds): Promise<readonly Line[]> {
  const times: number[] = [];
  // It takes its time: once where all is measured shortly.
  for (let round = 0; round < Math.ceil(count / 4); round += 1) times.push(await measure());
  const alone = (MAILS * ANSWERS * ANSWER) / 1000;
  const taken = median(times);
  return [
    {
      work: `${MAILS.toLocaleString('en')} mails, ${ANSWER} ms an answer`,
      gatehouse: inSeconds(taken),
      against: 'one after the other, the waits alone',
      its: inSeconds(alone),
      ratio: taken / alone,
      goal: { most: GOAL / alone },
    },
  ];
}

async function measure(): Promise<number> {
  const ground = await layGround('sqlite');
  const smtp = await slowMailServer();
  try {
    await promiseMails(ground.folder, ground.environment);
    const begin = performance.now();
    const env = { ...ground.environment, SMTP_URL: smtp.url };
    const server = await startServer({ args: ['dist/main.js'], env, log: join(ground.folder, 'log') });
    await smtp.all;
    const taken = (performance.now() - begin) / 1000;
    await server.stop();
    return taken;
  } finally {
    await smtp.stop();
    await ground.remove();
  }
}

/** Promises them as the server itself would, in one transaction. */
async function promiseMails(folder: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const config = readEnvironment({ ...environment });
  const mailer = new Mailer(config, new SystemClock(), new SecretRing(config), new DataKeys(config));
  const database = new DataSource({
    type: 'sqlite',
    database: join(folder, 'gatehouse.sqlite'),
    entities: [Mail],
  });
  await database.initialize();
  await database.transaction(async manager => {
    for (let n = 0; n < MAILS; n += 1) {
      const model = { link: 'http://localhost/' };
      await mailer.promise(manager, { to: `person${n}@example.org`, template: 'invite', model });
    }
  });
  await database.destroy();
}

/** A mail server that takes its time over each answer. `all` resolves when it has all mails, and rejects where one comes twice. */
async function slowMailServer() {
  const ids = new Set<string>();
  let finish: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const all = new Promise<void>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const say = (words: string) => setTimeout(() => socket.write(`${words}\r\n`), ANSWER);
    let [rest, message] = ['', null as string | null];
    say('220 bench.test');
    socket.on('data', chunk => {
      const lines = (rest + String(chunk)).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (message !== null && line !== '.') message += `${line}\n`;
        else if (message !== null) {
          const id = /^Message-ID: (.*)$/im.exec(message)?.[1] ?? '';
          if (ids.has(id)) fail(new Error(`${id} came twice.`));
          ids.add(id);
          message = null;
          say('250 Ok');
          if (ids.size === MAILS) finish();
        } else if (line === 'DATA') {
          message = '';
          say('354 Go on');
        } else if (line === 'QUIT') socket.end('221 Bye\r\n');
        else say('250 Ok');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = removable(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });
  return { url: `smtp://127.0.0.1:${port}`, all, stop };
}
