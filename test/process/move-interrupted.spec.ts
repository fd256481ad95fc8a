import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { OwnStores } from '../support/stores.js';
import { ACCOUNTS, changed, SECRETS, SqliteInstallation } from './sqlite-installation.js';

const MANY = 1500;
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

describe('a move that is interrupted', () => {
  let old: SqliteInstallation;
  let target: OwnStores;
  beforeAll(async () => {
    [old, target] = [await SqliteInstallation.make(MANY), await OwnStores.make('postgres')];
    await old.command(['migrate'], { ...target.environment });
  });
  afterAll(async () => {
    await target.remove();
    old.folder.remove();
  });

  const url = () => target.environment['DATABASE_URL']!;
  const peopleThere = async () => (await target.sql<{ n: number }>('SELECT count(*) AS n FROM users'))[0]!.n;

  let other: pg.Client;
  afterEach(() => other.end());

  /** Holds the move up at a row of its table: another transaction is about to write the same one. */
  async function holdUpAt(place: number): Promise<void> {
    const statement = 'SELECT id FROM users ORDER BY id LIMIT 1 OFFSET ?';
    const [row] = await changed<{ id: string }>(await old.copy(`at-${place}`), statement, [place]);
    other = new pg.Client({ connectionString: url() });
    await other.connect();
    await other.query('BEGIN');
    await other.query(
      `INSERT INTO users (id, username, username_key, display_name, role, demo, created_at)
       VALUES ($1, '', '', '', '', false, 0)`,
      [row!.id],
    );
  }

  const isWaiting = async () => (await target.sql(`SELECT 1 ${FROM_WAITING}`)).length > 0;

  async function untilItWaits(ending: Promise<unknown>): Promise<void> {
    let isOver = false;
    void ending.then(() => (isOver = true));
    while (!(await isWaiting())) if (isOver) throw new Error('It ended without waiting.');
  }

  /** Ends the move's connection, as the server does when it is shut down. */
  async function hangUp(): Promise<void> {
    await target.sql(`SELECT pg_terminate_backend(pid) ${FROM_WAITING}`);
    while (await isWaiting());
  }

  it('because the database went away says so, and has written whole batches', async () => {
    await holdUpAt(700);
    const ending = old.move(url());
    await untilItWaits(ending);
    await hangUp();
    const { code, stdout, stderr } = await ending;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^The move stopped: .+\. Run the same command again: it goes on where it stopped\.\n$/,
    );
    await other.end();
    expect(await peopleThere()).toBe(500);
  });

  it('because it was killed with -9 has written whole batches', async () => {
    await holdUpAt(1200);
    const args = [CLI, 'move', '--from', `sqlite:${old.file}`, '--to', url()];
    const env = { PATH: process.env['PATH'], ENV_FILE: 'none', DATA_DIR: old.folder.data, ...SECRETS };
    const child = spawn(process.execPath, args, { env, cwd: old.folder.path, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await untilItWaits(ended);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await hangUp();
    await other.end();
    expect(await peopleThere()).toBe(1000);
  });

  it('goes on when it is run again', async () => {
    const { code, stdout } = await old.move(url());
    expect(stdout).toMatch(/^503 accounts moved, 1000 were there already\.\n/);
    expect(code).toBe(0);
    expect(await peopleThere()).toBe(MANY + ACCOUNTS);
  });
});

/** Connections to the target that wait for a lock: the move's, and no other. */
const FROM_WAITING = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
