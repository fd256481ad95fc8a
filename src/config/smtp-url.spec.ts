import { ConfigError } from './config-error.js';
import { readEnvironment } from './read-environment.js';

const SESSION_SECRET = 'a-secret-that-is-long-enough-for-this';
const mailOf = (env: Record<string, string>) => readEnvironment({ SESSION_SECRET, ...env }).mail;

describe('SMTP_URL', () => {
  it('is not needed: then mails go into files', () => {
    expect(mailOf({}).smtp).toBeNull();
    expect(mailOf({ SMTP_URL: ' ' }).smtp).toBeNull();
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
    expect(mailOf({ SMTP_URL }).smtp?.loopback).toBe(false);
  });

  it.each([
    'mail.example.org',
    'mail.example.org:25',
    'http://mail.example.org',
    'smtp://',
    'smtp://mail.example.org/path',
    'smtp://ada:hunter2@mail.example.org?requireTLS=false',
    'smtp://ada:hunter2@mail.example.org:99999',
    'smtp://ada:%zz@mail.example.org',
    'smtp://ada:%ff@mail.example.org',
  ])('%s stops the start in one line that shows no credentials', SMTP_URL => {
    expect(() => mailOf({ SMTP_URL })).toThrow(ConfigError);
    expect(() => mailOf({ SMTP_URL })).toThrow(
      /^SMTP_URL takes smtp:\/\/USER:PASSWORD@HOST:PORT or smtps:\/\/…\.$/,
    );
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
