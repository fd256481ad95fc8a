import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { PASSWORD } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';

const PEOPLE = ['ada', 'eve', 'zoe'];
const ROUNDS = 4;
const ACKNOWLEDGED_A_ROUND = 5;

describe('a server that is killed with -9 under sign-ins', () => {
  const folder = new Folder();
  beforeAll(async () => {
    for (const person of PEOPLE) await folder.addPerson(person);
  });
  afterAll(() => folder.remove());

  /** Signs people in, several at once, until enough sign-ins are acknowledged, and kills it that moment. */
  async function killedUnderLoad(server: ServerProcess): Promise<Visitor[]> {
    const acknowledged: Visitor[] = [];
    const signInAgain = async (username: string): Promise<void> => {
      while (acknowledged.length < ACKNOWLEDGED_A_ROUND) {
        const visitor = server.visitor();
        const answer = await visitor.signIn(username, PASSWORD).catch(() => null);
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
      const server = await ServerProcess.start(folder);
      for (const before of everybody) {
        expect((await server.sameBrowser(before).get('/session')).status).toBe(200);
      }
      everybody.push(...(await killedUnderLoad(server)));
    }
    expect(everybody.length).toBeGreaterThanOrEqual(ROUNDS * ACKNOWLEDGED_A_ROUND);

    const last = await ServerProcess.start(folder);
    for (const before of everybody) {
      expect((await last.sameBrowser(before).get('/session')).status).toBe(200);
    }
    await last.signedIn('ada');
    expect(await last.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  });

  it('leaves a database without a flaw', async () => {
    const database = new DataSource({ type: 'sqlite', database: join(folder.data, 'gatehouse.sqlite') });
    await database.initialize();
    expect(await database.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await database.query('PRAGMA foreign_key_check')).toEqual([]);
    await database.destroy();
  });

  it('keeps a sign-out that was acknowledged', async () => {
    const server = await ServerProcess.start(folder);
    const visitor = await server.signedIn('eve');
    const before = visitor.copy();
    expect((await visitor.postForm('/logout')).status).toBe(303);
    await server.kill('SIGKILL');
    const next = await ServerProcess.start(folder);
    expect((await next.sameBrowser(before).get('/session')).status).toBe(401);
    await next.kill('SIGTERM');
  });
});
