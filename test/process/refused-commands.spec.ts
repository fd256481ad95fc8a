import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD } from '../support/password.js';
import { type Ended, Folder, run } from './server-process.js';

/** A user whom this system does not know by name, as in many containers. */
const NAMELESS =
  process.getuid?.() === 0
    ? 'set -- setpriv --reuid=54321 --regid=54321 --clear-groups "$@";'
    : 'set -- unshare --user --map-user=54321 "$@";';

describe('commands that fail', () => {
  const folder = new Folder();
  beforeAll(async () => {
    await folder.addPerson('ada');
  });
  afterAll(() => folder.remove());

  /** A command in a shell that says `before` first. */
  const command = (before: string, args: readonly string[], input = '') => {
    const child = run('cli.js', args, folder.path, { DATA_DIR: folder.data }, before);
    child.process.stdin?.end(input);
    return child.ended;
  };
  const expectOneLine = ({ code, stderr }: Ended, words: RegExp) => {
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  };

  it('because their folder is gone say so, before anything is loaded', async () => {
    const gone = join(folder.path, 'gone');
    mkdirSync(gone);
    const ended = await command(`cd ${gone}; rmdir ${gone};`, ['backup', 'copy.sqlite']);
    expectOneLine(
      ended,
      /^The folder this was started in is not there any more: start it in another one\.$/m,
    );
  });

  it('because standard output is full, or read by nobody, say so', async () => {
    const [full, closed] = await Promise.all([
      command('exec >/dev/full;', ['user', 'list']),
      // Whoever reads has closed the pipe by the time the command begins.
      command('mkfifo pipe; (: <pipe) & exec >pipe; wait;', ['user', 'list']),
    ]);
    expectOneLine(
      full,
      /^ENOSPC: no space left on device, write\. Free some space, or name another place\.$/m,
    );
    expectOneLine(
      closed,
      /^(write EPIPE|EPIPE: broken pipe, write)\. Whoever was to read what this says has gone\.$/m,
    );
  });

  it('because the password is none that a form could send change nothing', async () => {
    const latin = run('cli.js', ['user', 'set-password', 'ada', '--password-stdin'], folder.path, {
      DATA_DIR: folder.data,
    });
    latin.process.stdin?.end(Buffer.from('käse und brot und wein\n', 'latin1'));
    expectOneLine(await latin.ended, /^The password is not in UTF-8, as browsers send it/);
  });

  it('because a file of settings is in another encoding say so', async () => {
    const file = join(folder.path, 'latin.env');
    writeFileSync(file, Buffer.from('APP_NAME=Käse\n', 'latin1'));
    const ended = await folder.command(['user', 'list'], '', { ENV_FILE: file });
    expectOneLine(ended, /^ENV_FILE: ".+latin\.env" cannot be read \(it is not UTF-8\)\.$/m);
  });

  describe('of a user without a name', () => {
    beforeAll(() => {
      chmodSync(folder.path, 0o777);
      rmSync(folder.data, { recursive: true });
    });

    it.each([
      [['user', 'create', 'ben', '--password-stdin'], PASSWORD, 'Created ben.'],
      [['user', 'disable', 'ben'], '', 'Disabled ben;'],
      [['sessions', 'revoke', 'ben'], '', 'Ended 0 sessions of ben.'],
      [['user', 'delete', 'ben'], '', 'Deleted ben.'],
    ])('do not: %j', async (args, input, done) => {
      const { code, stdout, stderr } = await command(NAMELESS, args, input);
      expect([code, stderr.replaceAll(/^\{.+\}$/gm, '').trim()]).toEqual([0, '']);
      expect(stdout).toContain(done);
      if (args[1] !== 'revoke') expect(stderr).toContain('"userAgent":"command line, uid 54321"');
    });
  });
});
