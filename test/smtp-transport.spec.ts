import type { SmtpConfig } from '../src/config/app-config.js';
import { MailRefused } from '../src/mail/mail-transport.js';
import { SmtpTransport } from '../src/mail/smtp.transport.js';
import { MailServer, type MailServerOptions } from './support/mail-server.js';

const MAIL = { id: 'anid', to: 'ada@example.org', subject: 'Hello', text: 'Hello.\n', html: '<p>Hello.</p>' };

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
  it.each([550, 551, 552, 553, 554])('of the message with %i is final', async code => {
    server = await MailServer.start({ plain: true });
    server.fates.push(code);
    const usual = { host: '127.0.0.1', port: server.port, implicitTls: false, loopback: true };
    transport = new SmtpTransport({ ...usual, user: null, password: null }, 'no-reply@example.org');
    await expect(transport.send(MAIL)).rejects.toBeInstanceOf(MailRefused);
    await transport.send(MAIL);
    expect(server.arrived).toHaveLength(1);
  });
});
