import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Where in a conversation a server says something. */
export type Moment = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'message' | 'QUIT';

/** A mail that it was given, whatever it answered. */
export interface GivenMail {
  readonly from: string;
  readonly to: string;
  readonly data: string;
}

/** What it says where a test says nothing. */
const USUAL: Readonly<Record<Moment, string>> = {
  greeting: '220 stub.test ESMTP',
  EHLO: '250-stub.test\r\n250 AUTH PLAIN',
  AUTH: '235 2.7.0 Welcome',
  'MAIL FROM': '250 2.1.0 Ok',
  'RCPT TO': '250 2.1.5 Ok',
  DATA: '354 Go on',
  message: '250 2.0.0 Ok: queued as 4F2C',
  QUIT: '221 2.0.0 Bye',
};

/** An SMTP server that says what a test wants, when the test wants it. It knows one recipient a mail. */
export class ScriptedSmtp {
  /** What it answers from now on; null: the usual. May wait as long as it likes. */
  answer: (moment: Moment, line: string) => string | null | Promise<string | null> = () => null;
  /** Every command, as it came. */
  readonly heard: string[] = [];
  /** Messages that it answered with 250. */
  readonly taken: GivenMail[] = [];
  /** How many connections there were. */
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly watchers = new Set<() => void>();

  private constructor(private readonly server: Server) {
    server.on('connection', socket => void this.talk(socket));
  }

  static async start(): Promise<ScriptedSmtp> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedSmtp(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Its `SMTP_URL`. @param credentials `user:password@`, where it is to be signed in to. */
  url(credentials = ''): string {
    return `smtp://${credentials}127.0.0.1:${this.port}`;
  }

  /** Answers this at one moment, and as usual otherwise. */
  says(at: Moment, words: string): void {
    this.answer = moment => (moment === at ? words : null);
  }

  /** Whom the mails that it took are to. */
  get recipients(): string[] {
    return this.taken.map(({ to }) => to).sort();
  }

  /** Resolves as soon as this is true; looked at before and after each thing that it says. */
  until(isTrue: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (!isTrue()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  /** Forgets what was said, and ends every connection. */
  anew(): void {
    this.answer = () => null;
    this.heard.length = this.taken.length = this.connections = 0;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise(resolve => this.server.close(resolve));
    this.anew();
    await closed;
  }

  private async talk(socket: Socket): Promise<void> {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    const look = () => this.watchers.forEach(watch => watch());
    const say = async (moment: Moment, line = '') => {
      const answer = this.answer(moment, line);
      look();
      const words = (await answer) ?? USUAL[moment];
      if (!socket.destroyed) socket.write(`${words}\r\n`);
      return words;
    };
    await say('greeting');
    let [from, to, data] = ['', '', null as string | null];
    for await (const line of linesOf(socket)) {
      if (data !== null) {
        if (line !== '.') {
          data += `${line}\n`;
          continue;
        }
        const mail = { from, to, data };
        data = null;
        if ((await say('message', to)).startsWith('250')) this.taken.push(mail);
        look();
        continue;
      }
      this.heard.push(line);
      look();
      const moment = momentOf(line);
      if (moment === 'MAIL FROM') from = /<(.*?)>/.exec(line)?.[1] ?? '';
      if (moment === 'RCPT TO') to = /<(.*?)>/.exec(line)?.[1] ?? '';
      const words = moment === null ? '502 5.5.1 Unknown' : await say(moment, line);
      if (moment === null) socket.write(`${words}\r\n`);
      if (moment === 'DATA' && words.startsWith('354')) data = '';
      if (moment === 'QUIT') socket.end();
    }
  }
}

function momentOf(line: string): Moment | null {
  const found = /^(EHLO|AUTH|MAIL FROM|RCPT TO|DATA|QUIT)/i.exec(line)?.[1]?.toUpperCase();
  return (found as Moment | undefined) ?? null;
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of socket) {
      const lines = (rest + String(chunk)).split('\r\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    // It went away in the middle, as some tests have it do.
  }
}
