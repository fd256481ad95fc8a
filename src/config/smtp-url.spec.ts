import { ConfigError } from './config-error.js';
import { readEnvironment } from './read-environment.js';

/** Nobody is there: what is read here makes nothing. */
const SECRETS = {
  SESSION_SECRET: 'a-secret-that-is-long-enough-for-this',
  DATA_KEY_FILE: '/nowhere/data-key',
};
const mailOf = (env: Record<string, string>) =>
  readEnvironment({ ...SECRETS, ...env }, { makes: false }).mail;

describe('SMTP_URL', () => {
  it.each(['development', 'test'])(
    'is not needed while developing: then mails go into files (%s)',
    NODE_ENV => {
      expect(mailOf({ NODE_ENV }).smtp).toBe('outbox');
      expect(mailOf({ NODE_ENV, SMTP_URL: ' ' }).smtp).toBe('outbox');
    },
  );

  it('where it is not set in production, mails go nowhere, unless files are asked for', () => {
    const production = { NODE_ENV: 'production' };
    expect(mailOf(production).smtp).toBeNull();
    expect(mailOf({ ...production, SMTP_URL: ' ' }).smtp).toBeNull();
    expect(mailOf({ ...production, SMTP_URL: 'outbox' }).smtp).toBe('outbox');
    expect(() => mailOf({ ...production, SMTP_URL: 'Outbox' })).toThrow(ConfigError);
  });

  it.each([
    ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, implicitTls: false, loopback: false }],
    ['smtps://mail.example.org', { host: 'mail.example.org', port: 465, implicitTls: true, loopback: false }],
    ['smtp://mail.example.org:2525/', { port: 2525, user: null, password: null }],
    ['smtps://ada:secret@mail.example.org', { user: 'ada', password: 'secret' }],
    [
      'smtp://ada%40example.org:p%40ss%3Aw%2Frd%25@mail.example.org',
      { user: 'ada@example.org', password: 'p@ss:w/rd%' },
    ],
    ['smtp://localhost:1025', { host: 'localhost', loopback: true }],
    ['smtp://127.0.0.1', { host: '127.0.0.1', loopback: true }],
    ['smtp://127.255.0.9', { loopback: true }],
    ['smtp://[::1]:25', { host: '::1', port: 25, loopback: true }],
    ['smtp://[2001:db8::1]', { host: '2001:db8::1', loopback: false }],
  ])('%s is taken', (SMTP_URL, expected) => {
    expect(mailOf({ SMTP_URL }).smtp).toMatchObject(expected);
  });

  it.each([
    'smtp://127.0.0.1.evil.test',
    'smtp://127.evil.test',
    'smtp://localhost.evil.test',
    'smtp://10.0.0.1',
    'smtp://0.0.0.0',
  ])('%s is not this machine: mails go there over TLS only', SMTP_URL => {
    expect(mailOf({ SMTP_URL }).smtp).toHaveProperty('loopback', false);
  });

  it.each([
    ['mail.example.org', 'In a name or password write'],
    ['mail.example.org:25', 'In a name or password write'],
    ['http://mail.example.org', 'In a name or password write'],
    ['smtp://', 'Its host is neither'],
    ['smtp://mail.example.org/path', 'It takes no path.'],
    ['smtp://ada:hunter2@mail.example.org?requireTLS=false', 'It takes no options after a ?.'],
    ['smtp://ada:hunter2@mail.example.org:99999', 'Its port is no number'],
    ['smtp://ada:hunter2%zz@mail.example.org', 'A % in it begins no character'],
    ['smtp://ada:hunter2%ff@mail.example.org', 'A % in it begins no character'],
    ['smtp://ada:hunter2@mail.example.org\n', 'It has blanks or line breaks'],
  ])('%j stops the start in one line that shows no credentials', (SMTP_URL, why) => {
    expect(() => mailOf({ SMTP_URL })).toThrow(ConfigError);
    expect(() => mailOf({ SMTP_URL })).toThrow(
      new RegExp(
        `^SMTP_URL takes smtp://USER:PASSWORD@HOST:PORT, smtps://… or outbox\\. ${why.replace('?', '\\?')}`,
      ),
    );
    expect(() => mailOf({ SMTP_URL })).not.toThrow(/hunter2/);
  });
});

describe('MAIL_FROM', () => {
  it('is made of the site’s name and host where it is not set', () => {
    expect(mailOf({ PUBLIC_URL: 'https://login.example.com' }).from).toBe(
      'Gatehouse <no-reply@login.example.com>',
    );
    expect(mailOf({ APP_NAME: 'A "B" <c@d>, E' }).from).toBe('A B cd E <no-reply@localhost>');
  });

  it.each(['ada@example.org', 'Harbour <no-reply@example.org>', '<no-reply@example.org>'])(
    '%s is taken',
    MAIL_FROM => {
      expect(mailOf({ MAIL_FROM }).from).toBe(MAIL_FROM);
    },
  );

  it.each([
    'Harbour',
    'a@example.org, b@example.org',
    'A <a@example.org>\r\nBcc: b@example.org',
    'A <a@example.org> <b@example.org>',
  ])('%j stops the start', MAIL_FROM => {
    expect(() => mailOf({ MAIL_FROM })).toThrow(/^MAIL_FROM takes /);
  });
});

describe('SMTP_HELO', () => {
  it.each([
    ['https://login.example.com', 'login.example.com'],
    ['http://localhost:4000', 'localhost'],
    ['http://127.0.0.1:4000', '[127.0.0.1]'],
    ['http://[::1]:4000', '[IPv6:::1]'],
  ])('is the host of %s where it is not set', (PUBLIC_URL, name) => {
    expect(mailOf({ PUBLIC_URL }).helo).toBe(name);
  });

  it.each(['mail.example.com', 'mail', '[192.0.2.1]', '[IPv6:2001:db8::1]'])('%s is taken', SMTP_HELO => {
    expect(mailOf({ SMTP_HELO }).helo).toBe(SMTP_HELO);
  });

  it.each(['mail example', 'mail.example.com\r\nMAIL FROM:<>', '[not-an-address]', '-mail', 'a@b'])(
    '%j stops the start',
    SMTP_HELO => {
      expect(() => mailOf({ SMTP_HELO })).toThrow(/^SMTP_HELO takes a host name/);
    },
  );
});

describe('MAIL_BOUNCE', () => {
  it.each([
    [{}, 'no-reply@localhost'],
    [{ MAIL_FROM: 'Harbour <gate@example.org>' }, 'gate@example.org'],
    [{ MAIL_FROM: 'gate@bücher.example' }, 'gate@xn--bcher-kva.example'],
    [{ MAIL_FROM: 'gate@example.org', MAIL_BOUNCE: 'postmaster@example.org' }, 'postmaster@example.org'],
  ])('of %j is %s', (env, bounce) => {
    expect(mailOf(env).bounce).toBe(bounce);
  });

  it.each(['Harbour <gate@example.org>', 'gate', 'a@b, c@d', 'a@b\r\nRCPT TO:<c@d>'])(
    '%j stops the start',
    MAIL_BOUNCE => {
      expect(() => mailOf({ MAIL_BOUNCE })).toThrow(/^MAIL_BOUNCE takes an address/);
    },
  );
});
