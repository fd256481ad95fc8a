import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ConfigError } from './config-error.js';
import {
  absentDataKeyFile,
  type DataKeyVariables,
  dataKeys,
  dataKeysAgain,
  newDataKey,
} from './data-key-file.js';

const KEY = 'Wm9uZXMgb2YgcXVpZXQgd2F0ZXIsIGFuZCBoZXJvbnM';
const OTHER = 'QSBzZWNvbmQga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXM';

describe('data keys', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'gatehouse-data-keys-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const file = (text: string): string => {
    const path = join(dir, 'mounted');
    writeFileSync(path, text);
    return path;
  };
  const read = (vars: Partial<DataKeyVariables> = {}) => dataKeys({ DATA_DIR: dir, ...vars });
  const idsIn = (text: string) => read({ DATA_KEY_FILE: file(text) }).map(({ id }) => id);
  const failure = (vars: Partial<DataKeyVariables>, how = dataKeys): string => {
    try {
      how({ DATA_DIR: dir, ...vars });
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error('No failure.');
  };

  it.each([
    `a1:${KEY}`,
    `a1:${KEY}\n`,
    `a1:${KEY}\r\n`,
    ` a1:${KEY} \n\n`,
    `# of 2026\n\na1:${KEY}\n#b2:${OTHER}`,
  ])('stand in a file, one a line, among blank lines and comments: %j', text =>
    expect(idsIn(text)).toEqual(['a1']),
  );

  it('seal by the first line and open by all', () => {
    expect(idsIn(`b2:${OTHER}\na1:${KEY}\n`)).toEqual(['b2', 'a1']);
    const [, second] = read({ DATA_KEY_FILE: file(`b2:${OTHER}\na1:${KEY}\n`) });
    expect(second?.secret.export().toString('base64url')).toBe(KEY);
  });

  it.each([
    ['', 'holds no data key'],
    ['# nothing yet\n', 'holds no data key'],
    [`a1:${'A'.repeat(43)}`, 'has a data key in its line 1 that is not random'],
    [KEY, 'has no data key in its line 1'],
    [`a1:${KEY}\n\na2:${KEY.slice(1)}`, 'has no data key in its line 3'],
    [`a1:${KEY}A`, 'has no data key in its line 1'],
    [`A1:${KEY}`, 'has no data key in its line 1'],
    [`a.1:${KEY}`, 'has no data key in its line 1'],
    [`${'a'.repeat(33)}:${KEY}`, 'has no data key in its line 1'],
    [`a1:${KEY},a2:${OTHER}`, 'has no data key in its line 1'],
    ['\0'.repeat(60), 'has no data key in its line 1'],
  ])('are refused where the file holds %j, in a sentence without a key', (text, words) => {
    const path = file(text);
    expect(failure({ DATA_KEY_FILE: path })).toBe(
      `DATA_KEY_FILE: ${JSON.stringify(path)} ${words}. It takes one key a line, as ID:KEY; "gatehouse keys add" makes them.`,
    );
  });

  it('do not repeat, neither an id nor a key', () => {
    expect(failure({ DATA_KEY_FILE: file(`a1:${KEY}\na1:${OTHER}`) })).toMatch(
      / has two data keys with the id a1\. Keep the one that sealed\.$/,
    );
    expect(failure({ DATA_KEY_FILE: file(`a1:${KEY}\na2:${KEY}`) })).toMatch(
      / has one data key twice, as a1 and as a2\. Keep one of them\.$/,
    );
  });

  it('need a file that can be read', () => {
    const nowhere = join(dir, 'nowhere');
    expect(failure({ DATA_KEY_FILE: nowhere })).toBe(
      `DATA_KEY_FILE: no data keys can be read at ${JSON.stringify(nowhere)} (ENOENT). "gatehouse keys add" makes one, ` +
        'where there never was one.',
    );
    expect(failure({ DATA_KEY_FILE: dir })).toMatch(/ no data keys can be read at .+ \(EISDIR\)\.$/);
  });

  it('must be named where many nodes need the same', () => {
    const words =
      /^DATA_KEY_FILE must be set in production with PostgreSQL or Redis: .+ "gatehouse keys add" makes it/;
    expect(failure({ mayGenerate: false })).toMatch(words);
    expect(failure({ mayGenerate: false }, dataKeysAgain)).toMatch(words);
    expect(absentDataKeyFile({ DATA_DIR: dir, mayGenerate: false })).toBeNull();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('are made once, with 256 random bits, readable for this user only', () => {
    const made = join(dir, 'data-key');
    expect(absentDataKeyFile({ DATA_DIR: dir })).toBe(made);
    const [key, ...more] = read();
    expect([key?.id, key?.secret.symmetricKeySize, more]).toEqual([
      expect.stringMatching(/^[a-z2-9]{8}$/),
      32,
      [],
    ]);
    expect(statSync(made).mode & 0o777).toBe(0o600);
    expect(readFileSync(made, 'utf8')).toMatch(/^(#.+\n)+[a-z2-9]{8}:[\w-]{43}\n$/);
    expect(read().map(({ id }) => id)).toEqual([key?.id]);
    expect([readdirSync(dir), absentDataKeyFile({ DATA_DIR: dir })]).toEqual([['data-key'], null]);
  });

  it('are not made by who makes nothing, nor when they are read again', () => {
    expect(read({ makes: false })).toEqual([]);
    expect(failure({}, dataKeysAgain)).toMatch(/^DATA_DIR: no data keys can be read at .+ \(ENOENT\)/);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('are seen in no log', () => {
    const keys = read({ DATA_KEY_FILE: file(`a1:${KEY}`) });
    const hex = Buffer.from(KEY, 'base64url').toString('hex');
    for (const text of [
      inspect(keys, { depth: 9, showHidden: true }),
      JSON.stringify(keys),
      String(keys[0]?.secret),
    ])
      expect([text.includes(KEY), text.replaceAll(' ', '').includes(hex)]).toEqual([false, false]);
  });

  it('are new ones each time', () => {
    const all = Array.from({ length: 200 }, newDataKey);
    expect(new Set(all.map(({ id }) => id)).size).toBe(200);
    expect(new Set(all.map(({ line }) => line.split(':')[1])).size).toBe(200);
  });
});

describe('servers that start together', () => {
  it('agree on one generated data key', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'gatehouse-data-keys-'));
    const script = join(dir, 'start.mjs');
    writeFileSync(script, STARTER);
    const data = join(dir, 'data');
    const module = new URL('./data-key-file.ts', import.meta.url).href;
    const servers = Array.from({ length: 4 }, () => fork(script, [module, data], { execArgv: TSX }));
    await Promise.all(servers.map(server => once(server, 'message')));
    const answers = servers.map(server => once(server, 'message'));
    servers.forEach(server => server.send('go'));
    const ids = (await Promise.all(answers)).map(([id]: unknown[]) => id);
    expect(new Set(ids).size).toBe(1);
    expect(readFileSync(join(data, 'data-key'), 'utf8')).toContain(`\n${String(ids[0])}:`);
    expect(readdirSync(data)).toEqual(['data-key']);
    rmSync(dir, { recursive: true });
  });
});

const TSX = ['--import', import.meta.resolve('tsx')];
const STARTER = `
const { dataKeys } = await import(process.argv[2]);
process.once('message', () => {
  process.send(dataKeys({ DATA_DIR: process.argv[3] })[0].id);
  process.disconnect();
});
process.send('ready');
`;
