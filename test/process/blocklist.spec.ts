import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from './server-process.js';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();

describe('a filter of breached passwords, on the command line', () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());
  const list = () => join(folder.path, 'list');
  const filter = () => join(folder.path, 'filter');

  it('is made without an installation, and then refuses what was breached', async () => {
    const breached = ['nine grey wolves sing', 'two tall cranes wait', 'six old foxes rest'];
    writeFileSync(
      list(),
      `${breached
        .map(password => `${sha1(password)}:7`)
        .sort()
        .join('\n')}\n`,
    );
    const built = await folder.command(['blocklist', 'build', list(), filter()]);
    expect([built.code, built.stderr]).toEqual([0, '']);
    expect(built.stdout).toMatch(
      /" has 3 passwords in \d+ bytes\. It takes another .+ once in \d{7,} times\.\n$/,
    );
    const create = (name: string, password: string) =>
      folder.command(['user', 'create', name, '--password-stdin'], `${password}\n`, {
        PASSWORD_BLOCKLIST_FILE: filter(),
      });
    const refused = await create('ada', 'two tall cranes wait');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('That password is on a list of those that attackers try.');
    expect(await create('ada', 'two tall cranes fly')).toMatchObject({ code: 0 });
  });

  it('is not made of a list of something else, and one that is there stays', async () => {
    writeFileSync(filter(), 'as it was');
    writeFileSync(list(), 'password\n');
    const { code, stderr } = await folder.command(['blocklist', 'build', list(), filter()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /list" cannot be used\. Line 1 is no SHA-1 digest with a count behind it \(SHA1:COUNT\)\. .+\n$/,
    );
    expect(readFileSync(filter(), 'utf8')).toBe('as it was');
    expect(existsSync(`${filter()}.new`)).toBe(false);
    const none = await folder.command(['blocklist', 'build', join(folder.path, 'absent'), filter()]);
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(/^ENOENT: .+Name one that is there\.\n$/),
    ]);
    const count = await folder.command(['blocklist', 'build', list(), filter(), '--at-least', '0']);
    expect([count.code, count.stderr]).toEqual([1, '--at-least takes a whole number from 1.\n']);
  });
});
