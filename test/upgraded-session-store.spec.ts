import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { readEnvironment } from '../src/config/read-environment.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { migrations } from '../src/database/migrations/all-migrations.js';
import { prepareDatabase } from '../src/database/prepare-database.js';
import { Transaction } from '../src/database/transaction.js';
import { schema } from '../src/schema.js';
import { SignIns } from '../src/sessions/sign-ins.js';
import { SqlSessionStore } from '../src/sessions/sql-session.store.js';
import { HASH, NOW, sessionOf, USUAL } from './contracts/store-under-test.js';
import { FakeClock } from './support/fake-clock.js';
import { OwnStores } from './support/stores.js';

beforeAll(() => Logger.overrideLogger(false));

/** The schema as it was when sessions had no version. */
const BEFORE = migrations.filter(({ name }) => Number(name.replace(/^\D+/, '')) < 1795300000000);

describe.each(['sqlite', 'postgres'] as const)('sessions from before an upgrade, in %s', kind => {
  let folder: string;
  let own: OwnStores;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-upgrade-'));
    own = await OwnStores.make(kind);
  });
  afterEach(async () => {
    await own.remove();
    rmSync(folder, { recursive: true });
  });

  const open = async (these: typeof migrations) => {
    const config = readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder, ...own.environment });
    // Entities are as they are today: a program of that time had others.
    const entities = these === BEFORE ? [] : schema.entities;
    const dataSource = new DataSource(dataSourceOptions(config.database, { entities, migrations: these }));
    await prepareDatabase(dataSource);
    return dataSource;
  };

  it('live on, until all of the person’s are ended', async () => {
    const session = sessionOf('ada', { amr: ['pwd'] });
    const before = await open(BEFORE);
    await before.query(
      'INSERT INTO users (id, username, username_key, display_name, role, password_hash, demo, created_at) ' +
        "VALUES ('ada', 'ada', 'ada', 'ada', 'user', $1, false, 0)",
      [HASH],
    );
    const { idHash, publicId, ip, userAgent, data } = session;
    await before.query(
      'INSERT INTO sessions (id_hash, public_id, user_id, created_at, authenticated_at, last_seen_at, ' +
        'idle_expires_at, expires_at, ends_at, remembered, amr, ip, user_agent, data) ' +
        `VALUES ($1, $2, 'ada', ${NOW}, ${NOW}, ${NOW}, ${session.idleExpiresAt}, ${session.expiresAt}, ` +
        `${session.idleExpiresAt}, false, 'pwd', $3, $4, $5)`,
      [idHash, publicId, ip, userAgent, data],
    );
    await before.destroy();

    const after = await open(migrations);
    try {
      const transaction = new Transaction(after);
      const store = new SqlSessionStore(after, transaction);
      expect(await store.find(idHash, NOW)).toMatchObject({ session, hasSignIn: false });
      const signIns = new SignIns(store, transaction, new FakeClock(NOW));
      expect(await signIns.adopt(session)).toBe(true);
      expect(await store.find(idHash, NOW)).toMatchObject({ session, hasSignIn: true });
      const another = sessionOf('ada');
      expect(await store.insert(another, USUAL)).toEqual({ outcome: 'inserted', ended: [] });
      expect(await store.deleteAllOf('ada', { except: another.idHash })).toEqual([session]);
      expect(await store.find(idHash, NOW)).toBeNull();
    } finally {
      await after.destroy();
    }
  });
});
