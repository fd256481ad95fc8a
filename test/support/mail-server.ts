import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { freePort } from './free-port.js';

/** A mail as it arrived. */
export interface ArrivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  /** Who signed in to send it. */
  readonly user: string | null;
  readonly messageId: string;
  readonly subject: string;
  /** Header lines as they came. */
  readonly head: string;
  /** The text part, decoded. */
  readonly text: string;
  /** The path and query of the first link of the text. */
  readonly link: string;
}

/** What becomes of a message: taken; refused or put off with a code; or the connection breaks. */
export type Fate = 'take' | number | 'cut-before-end' | 'cut-after-end';

export interface MailServerOptions {
  readonly port?: number;
  /** Without STARTTLS. */
  readonly plain?: boolean;
  /** TLS from the first byte. */
  readonly secure?: boolean;
  /** Who may send; without it anybody. */
  readonly credentials?: readonly [user: string, password: string];
}

/** A real SMTP server on this machine that does with mails what a test says. */
export class MailServer {
  readonly arrived: ArrivedMail[] = [];
  /** Codes for recipients that it does not take. */
  readonly refused = new Map<string, number>();
  /** What becomes of the next messages; afterwards they are taken. */
  readonly fates: Fate[] = [];
  /** Runs while a message is on its way in. */
  onMessage: () => Promise<void> | void = () => undefined;
  port = 0;
  /** How often somebody tried to sign in. */
  signIns = 0;
  private readonly server: SMTPServer;
  private readonly watchers = new Set<() => void>();

  private constructor(options: MailServerOptions) {
    this.server = new SMTPServer(this.settings(options));
    // A client that goes away in the middle is what some tests are about.
    this.server.on('error', () => undefined);
  }

  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const mailServer = new MailServer(options);
    // One that tests may stop and start again: of those that the system gives out, somebody else may have it by then.
    const listener = mailServer.server.listen(options.port ?? (await freePort()), '127.0.0.1');
    await once(listener, 'listening');
    mailServer.port = (listener.address() as AddressInfo).port;
    return mailServer;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Resolves as soon as this is true of the mails that arrived. */
  until(isTrue: (arrived: readonly ArrivedMail[]) => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (!isTrue(this.arrived)) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>(resolve => this.server.close(resolve));
  }

  /** Breaks every connection. */
  private cut(): void {
    const { connections } = this.server as unknown as { connections: Set<{ _socket: { destroy(): void } }> };
    for (const { _socket } of connections) _socket.destroy();
  }

  private settings({ plain = false, secure = false, credentials }: MailServerOptions): SMTPServerOptions {
    return {
      secure,
      logger: false,
      closeTimeout: 100,
      authOptional: credentials === undefined,
      allowInsecureAuth: true,
      disabledCommands: plain ? ['STARTTLS'] : [],
      onAuth: ({ username, password }, _session, done) => {
        this.signIns += 1;
        const right = username === credentials?.[0] && password === credentials?.[1];
        return right ? done(null, { user: username }) : done(failure(535, 'Wrong credentials'));
      },
      onRcptTo: ({ address }, _session, done) => {
        const code = this.refused.get(address);
        done(code === undefined ? null : failure(code, 'Not here'));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        const fate = this.fates.shift() ?? 'take';
        stream.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          if (fate === 'cut-before-end') this.cut();
        });
        stream.on('end', () => void this.end(fate, Buffer.concat(chunks).toString(), session, done));
      },
    };
  }

  private async end(
    fate: Fate,
    raw: string,
    { envelope, secure, user }: Parameters<NonNullable<SMTPServerOptions['onData']>>[1],
    done: (error?: Error | null) => void,
  ): Promise<void> {
    await this.onMessage();
    // Where all of it came in one piece, its end was read before the connection broke.
    if (fate === 'cut-before-end') return;
    if (typeof fate === 'number') return done(failure(fate, 'No'));
    const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
    const to = envelope.rcptTo.map(({ address }) => address);
    this.arrived.push({ from, to, secure, user: user ?? null, ...read(raw) });
    this.watchers.forEach(look => look());
    if (fate === 'cut-after-end') this.cut();
    done();
  }
}

const failure = (responseCode: number, words: string) => Object.assign(new Error(words), { responseCode });

function read(raw: string): Pick<ArrivedMail, 'head' | 'messageId' | 'subject' | 'text' | 'link'> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  const part = /text\/plain[^]*?\r\n\r\n([^]*?)\r\n--/.exec(raw)?.[1] ?? '';
  const text = part.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => `%${hex}`);
  const decoded = /quoted-printable/i.test(raw.slice(0, raw.indexOf(part)))
    ? decodeURIComponent(text.replaceAll(/%(?![0-9A-F]{2})/g, '%25'))
    : part;
  const link = /https?:\/\/[^/\s]+(\/\S*)/.exec(decoded)?.[1] ?? '';
  return { head, messageId: header('Message-ID'), subject: header('Subject'), text: decoded, link };
}
