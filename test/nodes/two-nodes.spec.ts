import type { Visitor } from '../support/visitor.js';
import { SteadyLoad } from './steady-load.js';
import { PEOPLE, TwoNodes } from './two-nodes.js';

describe('two nodes behind nginx', () => {
  let installation: TwoNodes;
  beforeAll(async () => (installation = await TwoNodes.start()));
  afterAll(() => installation?.stop());

  /** What each node answers this browser, asked past nginx. */
  const statusAtNodes = async (visitor: Visitor, path = '/session') => {
    const asked = installation.nodes.map(node => node.sameBrowser(visitor).get(path));
    return (await Promise.all(asked)).map(({ status }) => status);
  };

  it('let people in whose browser holds to https', async () => {
    const visitor = installation.visitor();
    const { location, setCookies } = await visitor.arrive('ada', 'four quiet herons wade');
    expect(location).toBe('/welcome');
    expect(setCookies).toContainEqual(
      expect.stringMatching(/^__Host-gatehouse=.+; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/),
    );
    expect((await visitor.get('/welcome')).body).toContain('Welcome, ada');
  });

  it('both know everybody who is signed in', async () => {
    const visitor = await installation.signedIn('ada');
    expect(await statusAtNodes(visitor)).toEqual([200, 200]);
    expect(await statusAtNodes(installation.visitor())).toEqual([401, 401]);
  });

  it('both get their share of the requests', async () => {
    const visitor = await installation.signedIn('ada');
    for (let request = 0; request < 10; request++) await visitor.get('/session');
    const asked = new Set(installation.nginx.accesses().map(({ node }) => node));
    expect([...asked].sort()).toEqual([installation.addressOf(0), installation.addressOf(1)].sort());
  });

  it.each([0, 1] as const)('refuse from the next request on what was ended at the other: %i', async index => {
    const visitor = await installation.signedIn('ada');
    const here = installation.nodes[index]!.sameBrowser(visitor);
    const origin = { origin: visitor.origin };
    const csrf = { _csrf: await here.csrf() };
    expect((await here.post('/logout', csrf, origin)).status).toBe(303);
    expect(await statusAtNodes(visitor)).toEqual([401, 401]);
    expect((await visitor.get('/session')).status).toBe(401);
  });

  it('answer what people read also when one of them hangs', async () => {
    const people = await Promise.all([...PEOPLE, ...PEOPLE].map(name => installation.signedIn(name)));
    installation.nodes[0]!.process.kill('SIGSTOP');
    const answers = await Promise.all(people.map(person => person.get('/session')));
    installation.nodes[0]!.process.kill('SIGCONT');
    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    const both = `${installation.addressOf(0)}, ${installation.addressOf(1)}`;
    expect((await installation.nginx.access({ node: both })).status).toBe(200);
  });

  it('sign nobody out when one is killed with -9, and lose only what was under way on it', async () => {
    const people = await Promise.all([...PEOPLE, ...PEOPLE].map(name => installation.signedIn(name)));
    const load = new SteadyLoad(people);
    await load.goOn();
    await installation.nodes[0]!.kill('SIGKILL');
    await load.goOn(200);
    const answers = await load.end();
    const { 'GET /session 200': read, 'POST /account 303': changed, ...lost } = answers;
    // But for those that were lost, of which there are few, all that came since.
    expect(read! + changed!).toBeGreaterThanOrEqual(200);
    // A form that was sent and not answered may have been carried out: nginx must not send it again.
    expect(Object.keys(lost).filter(answer => answer !== 'POST /account 503')).toEqual([]);
    expect(lost['POST /account 503'] ?? 0).toBeLessThanOrEqual(people.length);
    const failed = installation.nginx.accesses().filter(({ status }) => status >= 500);
    expect(failed.map(({ node }) => node).filter(node => node !== installation.addressOf(0))).toEqual([]);
    for (const person of people) expect((await person.get('/session')).status).toBe(200);
    await installation.startNode(0);
    for (const person of people) expect(await statusAtNodes(person)).toEqual([200, 200]);
  });
});
