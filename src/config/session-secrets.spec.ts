import { randomInt } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import { sessionSecrets } from './session-secrets.js';
import { weaknessOf } from './weak-secret.js';

const ONE = 'one-secret-that-nobody-else-could-choose';
const TWO = 'two-secret-that-nobody-else-could-choose';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const ALPHABETS = {
  'what ASCII can print': String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)),
  base64: `${letters.toUpperCase()}${letters}${digits}+/`,
  base64url: `${letters.toUpperCase()}${letters}${digits}-_`,
  'letters and digits': `${letters}${digits}`,
  letters,
  hexadecimal: `${digits}abcdef`,
  digits,
};

const randomOf = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

describe('session secrets', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const file = (text: string): string => {
    const path = join(dir, 'mounted');
    writeFileSync(path, text);
    return path;
  };
  const failure = (vars: Partial<Parameters<typeof sessionSecrets>[0]>): string => {
    try {
      sessionSecrets({ DATA_DIR: dir, ...vars });
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error('No failure.');
  };

  it('come from the variable, the first one first', () => {
    expect(sessionSecrets({ DATA_DIR: dir, SESSION_SECRET: `${ONE}, ${TWO}` })).toEqual([ONE, TWO]);
  });

  it.each([`${ONE}\n`, `${ONE}\r\n`, `${ONE}`])('come from a file, also with a line end: %j', text => {
    expect(sessionSecrets({ DATA_DIR: dir, SESSION_SECRET_FILE: file(text) })).toEqual([ONE]);
  });

  it('stand several in a file, with commas or line by line', () => {
    for (const text of [`${ONE},${TWO}\n`, `${ONE}\n${TWO}\n`])
      expect(sessionSecrets({ DATA_DIR: dir, SESSION_SECRET_FILE: file(text) })).toEqual([ONE, TWO]);
  });

  it('do not come from two places', () => {
    expect(failure({ SESSION_SECRET: ONE, SESSION_SECRET_FILE: file(TWO) })).toBe(
      'SESSION_SECRET and SESSION_SECRET_FILE are both set. Keep one of them.',
    );
  });

  it.each(['short', `${ONE},short`, ',', ' , '])('are at least 32 characters each: not %j', text => {
    expect(failure({ SESSION_SECRET: text })).toBe(
      'SESSION_SECRET takes one or several secrets of at least 32 characters, comma-separated.',
    );
  });

  it.each([
    'a'.repeat(64),
    '0123456789abcdef'.repeat(4),
    'hunter2!'.repeat(5),
    '1212121212121212121212121212121212121213',
    '12345678901234567890123456789012',
    'correct horse battery correct horse battery corr',
  ])('have many different characters: not %s', text => {
    expect(failure({ SESSION_SECRET: text })).toBe(
      'SESSION_SECRET has a secret with few different characters, or one text over and over: whoever guesses it signs ' +
        'cookies. Make a random one: openssl rand -base64 48',
    );
    expect(failure({ SESSION_SECRET: `${ONE},${text}` })).not.toContain(text);
  });

  it.each([
    'change-me-to-something-long-and-random-please',
    'CHANGEME-0123456789-abcdefghijklmnopqrstuv',
    'your-secret-goes-here-at-least-32-characters',
    'my super secret that nobody will ever guess 42',
    'replace this with 32 or more random characters',
    'example-session-secret-of-the-documentation-1',
    'keyboard cat keyboard cat on the mat of 2026 is',
    '<a long random string of 32 characters or so>',
    '${SESSION_SECRET_OF_THE_STACK_THAT_WAS_NOT_SET}',
    '${SESSION_SECRET:?set it in the file of the stack}',
    '$SESSION_SECRET_OF_THE_STACK_THAT_WAS_NOT_SET',
    '$(openssl rand -base64 48 | tr -d and so on)',
    '{{ vault.gatehouse.session-secret-of-the-stack }}',
    'a-long-random-string-of-32-characters-or-more',
    'at least 32 characters that nobody else knows',
    '64_random_characters_that_nobody_else_knows',
  ])('are none that stand in an example: not %s', text => {
    expect(failure({ SESSION_SECRET_FILE: file(text) })).toMatch(
      /^SESSION_SECRET_FILE has a secret as it stands in an example: .+ openssl rand -base64 48$/,
    );
  });

  it.each([
    'abcdefghijklmnopqrstuvwxyz123456',
    'ZYXWVUTSRQPONMLKJIHGFEDCBA987654',
    'qwertyuiopasdfghjklzxcvbnm123456',
  ])('are no walk along the keyboard or the alphabet: not %s', text => {
    expect(failure({ SESSION_SECRET: text })).toMatch(
      /^SESSION_SECRET has a secret along the keyboard or the alphabet: .+ openssl rand -base64 48$/,
    );
  });

  it.each(Object.entries(ALPHABETS))('are taken as random generators write them: %s', (_, alphabet) => {
    const refused = [32, 64, 96].flatMap(length =>
      Array.from({ length: 2000 }, () => randomOf(alphabet, length)).filter(
        secret => weaknessOf(secret) !== null,
      ),
    );
    // Of ten million one is refused by chance, by the word "sample" in it: three of these would be a chance of 1 in a billion.
    expect(refused.length).toBeLessThan(3);
  });

  it('are text: not the zeros that a power cut leaves of a file', () => {
    expect(failure({ SESSION_SECRET_FILE: file('\0'.repeat(50)) })).toBe(
      'SESSION_SECRET_FILE has characters in it that cannot be printed. Make a new secret.',
    );
  });

  it('do not repeat', () => {
    expect(failure({ SESSION_SECRET: `${ONE},${ONE}` })).toBe('SESSION_SECRET names a secret twice.');
  });

  it('never stand in the message about them', () => {
    expect(failure({ SESSION_SECRET: 'hunter2' })).not.toContain('hunter2');
    expect(failure({ SESSION_SECRET_FILE: file('hunter2') })).not.toContain('hunter2');
  });

  it('need a file that can be read', () => {
    const missing = failure({ SESSION_SECRET_FILE: join(dir, 'nowhere') });
    expect(missing).toMatch(/^SESSION_SECRET_FILE: "[^"]+nowhere" cannot be read \([\w ]+\)\.$/);
    expect(failure({ SESSION_SECRET_FILE: file('') })).toMatch(/^SESSION_SECRET_FILE takes one or several/);
  });

  it('are generated once, with 256 random bits, readable for this user only', () => {
    const [secret] = sessionSecrets({ DATA_DIR: dir });
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(statSync(join(dir, 'session-secret')).mode & 0o777).toBe(0o600);
    expect(sessionSecrets({ DATA_DIR: dir })).toEqual([secret]);
    expect(readdirSync(dir)).toEqual(['session-secret']);
  });

  it('are generated into a folder that is made for them, closed to others', () => {
    const data = join(dir, 'a', 'b');
    sessionSecrets({ DATA_DIR: data });
    expect(statSync(data).mode & 0o777).toBe(0o700);
  });

  it('are another in another folder', () => {
    mkdirSync(join(dir, 'other'));
    expect(sessionSecrets({ DATA_DIR: dir })).not.toEqual(sessionSecrets({ DATA_DIR: join(dir, 'other') }));
  });

  it('say in one line that the folder cannot be written', () => {
    const folder = join(file('a file, no folder'), 'data');
    expect(failure({ DATA_DIR: folder })).toMatch(
      /^DATA_DIR: "[^"]+data" cannot be written \([\w ]+\)\. Free space, mend its rights, or name another folder\.$/,
    );
  });
});

describe('servers that start together', () => {
  it('agree on one generated secret', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'));
    const script = join(dir, 'start.mjs');
    writeFileSync(script, STARTER);
    const data = join(dir, 'data');
    const module = new URL('./session-secrets.ts', import.meta.url).href;
    const servers = Array.from({ length: 4 }, () => fork(script, [module, data], { execArgv: TSX }));
    await Promise.all(servers.map(server => once(server, 'message')));
    const answers = servers.map(server => once(server, 'message'));
    servers.forEach(server => server.send('go'));
    const secrets = (await Promise.all(answers)).map(([secret]: unknown[]) => secret);
    expect(new Set(secrets).size).toBe(1);
    expect(secrets[0]).toBe(readFileSync(join(data, 'session-secret'), 'utf8').trim());
    expect(readdirSync(data)).toEqual(['session-secret']);
    rmSync(dir, { recursive: true });
  });
});

const TSX = ['--import', import.meta.resolve('tsx')];
const STARTER = `
const { sessionSecrets } = await import(process.argv[2]);
process.once('message', () => {
  process.send(sessionSecrets({ DATA_DIR: process.argv[3] })[0]);
  process.disconnect();
});
process.send('ready');
`;
