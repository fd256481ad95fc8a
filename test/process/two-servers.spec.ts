import { OwnStores, STORE_KINDS } from '../support/stores.js';
import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';

const PEOPLE = ['ada', 'eve', 'zoe', 'kim'] as const;

describe.each(STORE_KINDS)('two servers on one installation with %s', kind => {
  const folder = new Folder();
  let stores: OwnStores;
  let one: ServerProcess;
  let two: ServerProcess;
  beforeAll(async () => {
    stores = await OwnStores.make(kind);
    const secret = kind === 'sqlite' ? {} : { SESSION_SECRET: 'a secret that both of the servers know' };
    const environment = { ...secret, ...stores.environment };
    // Together, on a database that is empty or not there yet: both make the schema, and the secret where it may be made.
    [one, two] = await Promise.all([
      ServerProcess.start(folder, environment),
      ServerProcess.start(folder, environment),
    ]);
    await folder.addPeople(PEOPLE, environment);
  });
  afterAll(async () => {
    const ends = await Promise.all([one.kill('SIGTERM'), two.kill('SIGTERM')]);
    folder.remove();
    await stores.remove();
    for (const end of ends) expect(end).toMatchObject({ code: 0, stderr: '' });
  });

  const isSignedIn = async (visitor: Visitor) => (await visitor.get('/session')).status === 200;

  it('each know who has signed in at the other', async () => {
    const visitor = await one.signedIn('ada');
    expect(await isSignedIn(two.sameBrowser(visitor))).toBe(true);
    expect((await two.sameBrowser(visitor).get('/welcome')).body).toContain('Welcome, ada');
  });

  it('each take the forms of the other’s pages', async () => {
    const visitor = await one.signedIn('ada');
    const _csrf = await visitor.csrf();
    expect((await two.sameBrowser(visitor).post('/logout', { _csrf })).status).toBe(303);
  });

  it('see at once that a session was ended at the other', async () => {
    for (const [here, there] of [
      [one, two],
      [two, one],
    ] as const) {
      const visitor = await here.signedIn('ada');
      const same = there.sameBrowser(visitor);
      expect(await isSignedIn(same)).toBe(true);
      await visitor.postForm('/logout');
      expect(await isSignedIn(same)).toBe(false);
    }
  });

  it('let everybody in who comes to both of them at the same time', async () => {
    for (let round = 0; round < 4; round++) {
      const arrivals = PEOPLE.flatMap(person => [one, two].map(server => server.signedIn(person)));
      const visitors = await Promise.all(arrivals);
      const known = visitors.map(visitor => isSignedIn(one.sameBrowser(visitor)));
      expect(await Promise.all(known)).toEqual(visitors.map(() => true));
    }
  });

  it('are both ready', async () => {
    for (const server of [one, two]) expect((await server.visitor().get('/health/ready')).status).toBe(200);
  });
});
