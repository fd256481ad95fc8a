import { sessionIn } from '../../src/sessions/session-text.js';
import { OwnStores, type StoreKind } from '../support/stores.js';
import type { Visitor } from '../support/visitor.js';
import { ServerProcess } from './server-process.js';
import { changed, SECRETS, SqliteInstallation } from './sqlite-installation.js';

/** What the keys in Redis are compared by, and when they end. */
interface StoredSession {
  readonly id_hash: string;
  readonly user_id: string;
  readonly public_id: string;
  readonly ends_at: number;
  readonly idle_expires_at: number | null;
}

describe.each<StoreKind>(['postgres', 'postgres+redis'])('gatehouse move --sessions to %s', kind => {
  let old: SqliteInstallation;
  let file: string;
  let target: OwnStores;
  let server: ServerProcess;
  let said: string;
  let took: number;
  beforeAll(async () => {
    [old, target] = [await SqliteInstallation.make(), await OwnStores.make(kind)];
    file = await old.copy('with-ended-sessions', ADD_ENDED_SESSIONS);
    await changed(file, `UPDATE sessions SET version = ${VERSION}`);
    await changed(file, `UPDATE users SET sessions_version = ${VERSION}`);
    const begun = performance.now();
    const { code, stdout, stderr } = await move();
    took = performance.now() - begun;
    expect([code, stderr]).toEqual([0, '']);
    said = stdout;
    server = await ServerProcess.start(old.folder, { ...SECRETS, ...target.environment });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    await target.remove();
    old.folder.remove();
  });

  const move = () =>
    old.command(
      ['move', '--from', `sqlite:${file}`, '--to', target.environment['DATABASE_URL']!, '--sessions'],
      { ...target.environment },
    );
  const statusOf = async (visitor: Visitor) => (await visitor.get('/session')).status;

  it('says what it moved', () => {
    expect(said).toMatch(/^2 sessions moved\.$/m);
    expect(/^Counts of failed attempts stay behind: /m.test(said)).toBe(kind === 'postgres+redis');
    expect(/^\d+ counts of failed attempts moved\.$/m.test(said)).toBe(kind === 'postgres');
  });

  it('leaves sessions that have ended out', async () => {
    const names =
      kind === 'postgres'
        ? (await target.sql<{ id_hash: string }>('SELECT id_hash FROM sessions')).map(row => row.id_hash)
        : (await target.keys()).flatMap(key => /^session:(.*)$/.exec(key)?.[1] ?? []);
    const [one, other] = await alive();
    expect(names.sort()).toEqual([one!.id_hash, other!.id_hash].sort());
  });

  it('passes over them when it is run again', async () => {
    const { stdout } = await move();
    expect(stdout).toMatch(/^0 sessions moved, 2 were there already\.$/m);
  });

  const alive = () => changed<StoredSession>(file, `SELECT * FROM sessions WHERE ends_at > ${Date.now()}`);

  if (kind === 'postgres+redis') {
    it('keeps them in Redis in the form the server gives them, as long as they would have lasted', async () => {
      for (const row of await alive()) {
        const key = `session:${row.id_hash}`;
        expect(sessionIn(row.id_hash, String(await target.redis('GET', key)))).toMatchObject({
          publicId: row.public_id,
          userId: row.user_id,
          idleExpiresAt: row.idle_expires_at,
          version: VERSION,
        });
        // Redis counts from when the command arrives, which is before the move is over.
        const late = Number(await target.redis('PEXPIRETIME', key)) - row.ends_at;
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThanOrEqual(took);
        const score = await target.redis('ZSCORE', `sessions-of:${row.user_id}`, row.id_hash);
        expect(Number(score)).toBe(row.ends_at);
      }
    });
  }

  it('people stay signed in', async () => {
    const [forTheDay, forLonger] = old.browsers.map(before => server.sameBrowser(before));
    expect(await statusOf(forTheDay!)).toBe(200);
    expect((await forLonger!.get('/welcome')).body).toContain('Welcome, Ada');
  });

  it('they can end the other session, and all of them', async () => {
    const [one, other] = old.browsers.map(before => server.sameBrowser(before));
    expect((await one!.postForm('/account/devices/end-others')).status).toBe(303);
    expect([await statusOf(one!), await statusOf(other!)]).toEqual([200, 401]);
    const { stdout } = await old.command(['sessions', 'revoke', 'ada'], { ...target.environment });
    expect(stdout).toBe('Ended 1 session of ada.\n');
    expect(await statusOf(one!)).toBe(401);
  });
});

/** Their owners have ended all of their sessions before. */
const VERSION = 1795000000000;

const ADD_ENDED_SESSIONS = `
  INSERT INTO sessions
  SELECT 'ended-' || id_hash, 'ended-' || public_id, user_id, created_at, authenticated_at, last_seen_at, 1, expires_at,
    1, remembered, amr, ip, user_agent, data, 0
  FROM sessions`;
