import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import { readEnvironment } from './read-environment.js';

const SESSION_SECRET = 'a-secret-that-is-long-enough-for-this';
const DATA_KEY_FILE = '/nowhere/data-key';

describe('a variable that holds a password', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gatehouse-files-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (env: NodeJS.ProcessEnv) =>
    readEnvironment(
      { SESSION_SECRET, DATA_KEY_FILE, ...env },
      { makes: false, whereSet: name => `${name} here` },
    );
  const file = (text: string | Buffer): string => {
    writeFileSync(join(folder, 'mounted'), text);
    return join(folder, 'mounted');
  };
  const failure = (env: NodeJS.ProcessEnv): string => {
    try {
      read(env);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error('No failure.');
  };

  it.each(['', '\n', '\r\n', '\n\n'])('comes from a file, which may end with %j', end => {
    const postgres = read({ DATABASE_URL_FILE: file(`postgres://ada:hunter2@127.0.0.1/gate${end}`) });
    expect(postgres.database).toMatchObject({
      kind: 'postgres',
      user: 'ada',
      password: 'hunter2',
      database: 'gate',
    });
    const redis = read({ REDIS_URL_FILE: file(`redis://:hunter2@127.0.0.1${end}`) });
    expect(redis.redis?.nodes).toMatchObject([{ host: '127.0.0.1', password: 'hunter2' }]);
    const smtp = read({ SMTP_URL_FILE: file(`smtps://ada:hunter2@mail.example.org${end}`) });
    expect(smtp.mail.smtp).toMatchObject({ host: 'mail.example.org', password: 'hunter2' });
  });

  it('is told by the name of the variable that named the file', () => {
    const config = read({ DATABASE_URL_FILE: file('sqlite:/srv/db\n') });
    expect(config.whereSet('DATABASE_URL')).toBe('DATABASE_URL_FILE here');
    expect(read({ DATABASE_URL: 'sqlite:/srv/db' }).whereSet('DATABASE_URL')).toBe('DATABASE_URL here');
    expect(read({}).whereSet('DATABASE_URL')).toBeNull();
  });

  it.each(['DATABASE_URL', 'REDIS_URL', 'SMTP_URL'])('%s is set once, to one that can be read', name => {
    const variable = `${name}_FILE`;
    expect(failure({ [name]: 'smtp://localhost', [variable]: file('smtp://localhost') })).toBe(
      `${name} and ${variable} are both set. Keep one of them.`,
    );
    expect(failure({ [variable]: '/nowhere/file' })).toBe(
      `${variable}: "/nowhere/file" cannot be read (ENOENT).`,
    );
    expect(failure({ [variable]: folder })).toMatch(/cannot be read \(EISDIR\)\.$/);
    expect(failure({ [variable]: file('\n \n') })).toMatch(/mounted" is empty\.$/);
    expect(failure({ [variable]: file(Buffer.from([0x72, 0xff])) })).toMatch(
      /cannot be read \(it is not UTF-8\)\.$/,
    );
  });

  it.each(['DATABASE_URL', 'REDIS_URL', 'SMTP_URL'])('%s is never repeated from its file', name => {
    const message = failure({ [`${name}_FILE`]: file('gopher://ada:hunter2@example.org\nsecond line') });
    expect(message).toMatch(new RegExp(`^${name} takes `));
    expect(message).not.toMatch(/hunter2|gopher/);
  });

  it('counts from the project’s root where the path is relative', () => {
    expect(failure({ SMTP_URL_FILE: 'nowhere/file' })).toMatch(
      /^SMTP_URL_FILE: "\/.+\/nowhere\/file" cannot/,
    );
  });
});
