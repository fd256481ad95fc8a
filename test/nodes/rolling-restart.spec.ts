import { setTimeout as pause } from 'node:timers/promises';
import { SteadyLoad } from './steady-load.js';
import { PEOPLE, TwoNodes } from './two-nodes.js';

describe('two nodes behind nginx that are restarted one after the other', () => {
  let installation: TwoNodes;
  beforeAll(async () => (installation = await TwoNodes.start({ DRAIN_DELAY: '1s' })));
  afterAll(() => installation?.stop());

  const readinessOf = (index: 0 | 1) => installation.nodes[index]!.visitor().get('/health/ready');

  /** Resolves when nginx has had answers of this node, which has just started. */
  async function inUse(index: 0 | 1): Promise<void> {
    const before = installation.nginx.accesses().length;
    const answered = () =>
      installation.nginx
        .accesses()
        .slice(before)
        .some(({ node, answers }) => node === installation.addressOf(index) && answers === '200');
    while (!answered()) await pause(20);
  }

  it('answer every request, and every form once', async () => {
    const people = await Promise.all([...PEOPLE, ...PEOPLE].map(name => installation.signedIn(name)));
    const load = new SteadyLoad(people);
    for (const index of [0, 1, 0, 1] as const) {
      await load.goOn();
      expect(await installation.nodes[index]!.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
      await load.goOn();
      await installation.startNode(index);
      await inUse(index);
    }
    const answers = await load.end();
    expect(Object.keys(answers)).toEqual(['GET /session 200', 'POST /account 303']);
    expect(Math.min(...Object.values(answers))).toBeGreaterThan(100);
    const changes = answers['POST /account 303']!;
    // Events are written in the background.
    while ((await installation.countEvents('user_updated')) < changes) await pause(20);
    expect(await installation.countEvents('user_updated')).toBe(changes);
  });

  it('say that they are leaving before they do', async () => {
    const visitor = await installation.signedIn('ada');
    await installation.nodes[0]!.kill('SIGTERM');
    // For longer than this takes on any machine: a second signal ends it.
    const node = await installation.startNode(0, { DRAIN_DELAY: '10m' });
    expect((await readinessOf(0)).status).toBe(200);
    node.process.kill('SIGTERM');
    await node.says(/Stopping \(SIGTERM\): not ready any more/);
    expect((await readinessOf(0)).status).toBe(503);
    expect((await node.sameBrowser(visitor).get('/session')).status).toBe(200);
    node.process.kill('SIGTERM');
    await node.says(/No new connections are taken any more/);
    await expect(readinessOf(0)).rejects.toThrow(/ECONNREFUSED/);
    expect(await node.ended).toMatchObject({ code: 0, stderr: '' });
    expect((await visitor.get('/session')).status).toBe(200);
  });
});
