import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { OwnStores } from '../support/stores.js';
import { PASSWORD } from '../support/password.js';
import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';

/** More than are verified at once, so that what they write waits for one another and is kept together. */
const PEOPLE = ['ada', 'eve', 'zoe', 'ben', 'cleo', 'dan'] as const;
/** What was under way at the end of each counts as failed: so few that nobody has to wait. */
const ROUNDS = 3;
const ACKNOWLEDGED_A_ROUND = 10;

describe.each(['sqlite', 'postgres'] as const)(
  'a server on %s that is killed with -9 under sign-ins',
  kind => {
    const folder = new Folder();
    let stores: OwnStores;
    let environment: Record<string, string>;
    beforeAll(async () => {
      stores = await OwnStores.make(kind);
      const secret = { SESSION_SECRET: 'a secret of a test that is long enough for it' };
      environment = { ...stores.environment, ...(kind === 'postgres' ? secret : {}) };
      await folder.addPeople(PEOPLE, environment);
    });
    afterAll(async () => {
      await stores.remove();
      folder.remove();
    });

    async function asked<T>(statement: string): Promise<T[]> {
      if (kind === 'postgres') return stores.sql<T>(statement);
      const database = new DataSource({ type: 'sqlite', database: join(folder.data, 'gatehouse.sqlite') });
      await database.initialize();
      try {
        return await database.query<T[]>(statement);
      } finally {
        await database.destroy();
      }
    }

    const start = () => ServerProcess.start(folder, environment);

    /** Signs people in, several at once, until enough sign-ins are acknowledged, and kills it that moment. */
    async function killedUnderLoad(server: ServerProcess): Promise<Visitor[]> {
      const acknowledged: Visitor[] = [];
      const signInAgain = async (username: string): Promise<void> => {
        while (acknowledged.length < ACKNOWLEDGED_A_ROUND) {
          const visitor = server.visitor();
          const answer = await visitor.arrive(username, PASSWORD).catch(() => null);
          if (answer === null) return;
          expect(answer.status).toBe(303);
          acknowledged.push(visitor);
          if (acknowledged.length === ACKNOWLEDGED_A_ROUND) server.process.kill('SIGKILL');
        }
      };
      await Promise.all(PEOPLE.map(signInAgain));
      expect(await server.ended).toMatchObject({ signal: 'SIGKILL' });
      return acknowledged;
    }

    it('starts again, and everybody who was told that they are signed in still is', async () => {
      const everybody: Visitor[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const server = await start();
        for (const before of everybody) {
          expect((await server.sameBrowser(before).get('/session')).status).toBe(200);
        }
        everybody.push(...(await killedUnderLoad(server)));
      }
      expect(everybody.length).toBeGreaterThanOrEqual(ROUNDS * ACKNOWLEDGED_A_ROUND);

      const last = await start();
      for (const before of everybody) {
        expect((await last.sameBrowser(before).get('/session')).status).toBe(200);
      }
      await last.signedIn('ada');
      expect(await last.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    });

    it('has a sign-in for every session', async () => {
      const [row] = await asked<{ orphans: number }>(`
      SELECT count(*) AS orphans FROM sessions s LEFT JOIN sign_ins i ON i.id = s.public_id
      WHERE i.session_id_hash IS NULL OR i.session_id_hash <> s.id_hash`);
      expect(row).toEqual({ orphans: 0 });
    });

    if (kind === 'sqlite')
      it('leaves a database without a flaw', async () => {
        expect(await asked('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
        expect(await asked('PRAGMA foreign_key_check')).toEqual([]);
      });

    it('keeps a sign-out that was acknowledged', async () => {
      const server = await start();
      const visitor = await server.signedIn('eve');
      const before = visitor.copy();
      expect((await visitor.postForm('/logout')).status).toBe(303);
      await server.kill('SIGKILL');
      const next = await start();
      expect((await next.sameBrowser(before).get('/session')).status).toBe(401);
      await next.kill('SIGTERM');
    });
  },
);
