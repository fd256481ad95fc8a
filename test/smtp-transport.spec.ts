import type { SmtpConfig } from '../src/config/app-config.js';
import { minutes } from '../src/kernel/durations.js';
import { type MailDelayed, MailRefused } from '../src/mail/mail-transport.js';
import { SMTP_WAITS, type SmtpWaits } from '../src/mail/smtp-waits.js';
import { SmtpTransport } from '../src/mail/smtp.transport.js';
import { MailServer, type MailServerOptions } from './support/mail-server.js';
import { type Moment, ScriptedSmtp } from './support/scripted-smtp.js';

const MAIL = {
  id: 'anid',
  madeAt: Date.UTC(2026, 10, 23, 12),
  to: 'ada@example.org',
  subject: 'Hello',
  text: 'Hello.\n',
  html: '<p>Hello.</p>',
};

let server: MailServer;
let transport: SmtpTransport;
afterEach(async () => {
  await transport.close();
  await server.stop();
});

/** Sends a mail to a server of this kind. `loopback: false` treats it as one on another machine. */
async function send(options: MailServerOptions, settings: Partial<SmtpConfig> = {}): Promise<void> {
  server = await MailServer.start(options);
  const usual = { host: '127.0.0.1', port: server.port, implicitTls: false, loopback: true };
  transport = new SmtpTransport(
    { ...usual, user: null, password: null, ...settings },
    'Gate <no-reply@example.org>',
  );
  await transport.send(MAIL);
}

describe('a server on this machine', () => {
  it('may do without TLS', async () => {
    await send({ plain: true });
    expect(server.arrived).toMatchObject([{ secure: false, to: [MAIL.to] }]);
  });

  it('is spoken to over STARTTLS where it has it, whatever its certificate', async () => {
    await send({});
    expect(server.arrived).toMatchObject([{ secure: true }]);
  });

  it('is spoken to over TLS from the first byte with smtps:', async () => {
    await send({ secure: true }, { implicitTls: true });
    expect(server.arrived).toMatchObject([{ secure: true }]);
  });
});

describe('a server on another machine', () => {
  it.each([
    ['has no STARTTLS', { plain: true }, {}],
    ['has a certificate that nobody vouches for', {}, {}],
    ['has such a certificate with smtps:', { secure: true }, { implicitTls: true }],
  ])('gets nothing, credentials included, where it %s', async (_what, options, settings) => {
    const credentials = ['ada', 'a secret'] as const;
    const given = { user: credentials[0], password: credentials[1] };
    await expect(
      send({ ...options, credentials }, { ...settings, ...given, loopback: false }),
    ).rejects.toThrow();
    expect([server.arrived, server.signIns]).toEqual([[], 0]);
  });

  it('is tried again later: no TLS today may be a fault that passes', async () => {
    await expect(send({ plain: true }, { loopback: false })).rejects.not.toBeInstanceOf(MailRefused);
  });
});

describe('credentials', () => {
  const credentials = ['ada@example.org', 'p@ss:w/rd'] as const;

  it('are used', async () => {
    await send({ credentials }, { user: credentials[0], password: credentials[1] });
    expect(server.arrived).toMatchObject([{ user: credentials[0] }]);
  });

  it('that are wrong fail in a way that passes, and are in no message', async () => {
    const error = await send({ credentials }, { user: 'ada', password: 'not-the-secret' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(MailRefused);
    expect(String(error)).not.toContain('not-the-secret');
    expect(server.arrived).toEqual([]);
  });
});

describe('a refusal', () => {
  it.each([550, 551, 553, 554])('of the message with %i is final', async code => {
    server = await MailServer.start({ plain: true });
    server.fates.push(code);
    const usual = { host: '127.0.0.1', port: server.port, implicitTls: false, loopback: true };
    transport = new SmtpTransport({ ...usual, user: null, password: null }, 'no-reply@example.org');
    await expect(transport.send(MAIL)).rejects.toBeInstanceOf(MailRefused);
    await transport.send(MAIL);
    expect(server.arrived).toHaveLength(1);
  });

  it('of the message with 552, a full mailbox, is not', async () => {
    server = await MailServer.start({ plain: true });
    server.fates.push(552);
    const usual = { host: '127.0.0.1', port: server.port, implicitTls: false, loopback: true };
    transport = new SmtpTransport({ ...usual, user: null, password: null }, 'no-reply@example.org');
    await expect(transport.send(MAIL)).rejects.not.toBeInstanceOf(MailRefused);
  });
});

describe('a server that says nothing', () => {
  const usual = (port: number) => ({
    host: '127.0.0.1',
    port,
    implicitTls: false,
    loopback: true,
    user: null,
    password: null,
  });
  let scripted: ScriptedSmtp;
  beforeEach(async () => {
    scripted = await ScriptedSmtp.start();
    // What the hooks of this file close.
    server = await MailServer.start({ plain: true });
  });
  afterEach(() => scripted.stop());

  const until = (waits: SmtpWaits) =>
    (transport = new SmtpTransport(usual(scripted.port), 'no-reply@example.org', {}, waits));
  const silent = new Promise<never>(() => undefined);

  it('is waited for as long as RFC 5321 4.5.3.2 asks', () => {
    expect(SMTP_WAITS.greeting).toBeGreaterThanOrEqual(minutes(5));
    expect(SMTP_WAITS.envelope).toBeGreaterThanOrEqual(minutes(5 + 5 + 2));
    expect(SMTP_WAITS.message).toBeGreaterThanOrEqual(minutes(10));
  });

  it.each<[Moment, Partial<SmtpWaits>, Partial<MailDelayed>]>([
    ['greeting', { greeting: 50 }, { others: 'unreachable', mayHaveArrived: false }],
    ['EHLO', { connection: 10, greeting: 20, introduction: 20 }, { others: 'unreachable' }],
    ['MAIL FROM', { envelope: 50 }, { others: 'free', mayHaveArrived: false }],
    ['RCPT TO', { envelope: 50 }, { others: 'free', mayHaveArrived: false }],
    ['message', { message: 50 }, { others: 'free', mayHaveArrived: true }],
  ])('to %s is given up for now', async (moment, short, facts) => {
    // Each is looked up as it begins. What is answered has the usual ones: a busy machine may take longer than these.
    const waits = { ...SMTP_WAITS, ...(moment === 'message' ? {} : short) };
    scripted.answer = at => {
      if (at === 'DATA') Object.assign(waits, short);
      return at === moment ? silent : null;
    };
    await expect(until(waits).send(MAIL)).rejects.toMatchObject({ name: 'MailDelayed', ...facts });
    scripted.answer = () => null;
    Object.assign(waits, SMTP_WAITS);
    await transport.send(MAIL);
    expect(scripted.recipients).toEqual([MAIL.to]);
  });

  it('for the greeting alone has that wait, not the shorter one for a connection', async () => {
    let late: (words: null) => void = () => undefined;
    scripted.answer = moment => (moment === 'greeting' ? new Promise(resolve => (late = resolve)) : null);
    const connection = 1000;
    until({ ...SMTP_WAITS, connection, greeting: minutes(1) });
    const send = async () => {
      const before = scripted.connections;
      const sending = transport.send(MAIL);
      await Promise.race([scripted.until(() => scripted.connections > before), sending]);
      setTimeout(() => late(null), 1.2 * connection);
      await sending;
    };
    // A busy machine may once take longer than that to connect to itself.
    await send().catch(send).catch(send);
    expect(scripted.recipients).toEqual([MAIL.to]);
  });

  it('because it has closed a connection meanwhile is asked again on another, at once', async () => {
    until(SMTP_WAITS);
    await transport.send(MAIL);
    scripted.says('MAIL FROM', '421 4.4.2 Idle for too long');
    const answer = scripted.answer;
    scripted.answer = (moment, line) => {
      const words = answer(moment, line);
      if (moment === 'MAIL FROM') scripted.answer = () => null;
      return words;
    };
    await transport.send(MAIL);
    expect(scripted.taken).toHaveLength(2);
    expect(scripted.connections).toBe(2);
  });

  it('is cut off when the program stops', async () => {
    scripted.answer = at => (at === 'message' ? silent : null);
    const stop = new AbortController();
    const sending = until(SMTP_WAITS).send(MAIL, stop.signal);
    await scripted.until(() => scripted.heard.includes('DATA'));
    stop.abort();
    await expect(sending).rejects.toMatchObject({ name: 'MailDelayed' });
  });
});
