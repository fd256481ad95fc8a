import type { Visitor } from '../support/visitor.js';
import { FIRST_SECRET, TwoNodes } from './two-nodes.js';

const NEXT_SECRET = 'the secret that both nodes have next';

describe('two nodes behind nginx whose secret is changed', () => {
  let installation: TwoNodes;
  beforeAll(async () => (installation = await TwoNodes.start()));
  afterAll(() => installation?.stop());

  /** Changes the file and tells every node. */
  async function change(secrets: readonly string[], words: RegExp): Promise<void> {
    installation.putSecrets(...secrets);
    for (const node of installation.nodes) node.process.kill('SIGHUP');
    for (const node of installation.nodes) await node.says(words);
  }

  const isSignedInAtAll = async (visitor: Visitor) => {
    const asked = installation.nodes.map(node => node.sameBrowser(visitor).get('/session'));
    return (await Promise.all(asked)).every(({ status }) => status === 200);
  };

  it('go on with the old one where the file is broken', async () => {
    const visitor = await installation.signedIn('ada');
    await change(['too short'], /SESSION_SECRET_FILE takes .+ from before stay in use\./);
    expect(await isSignedInAtAll(visitor)).toBe(true);
    expect(await isSignedInAtAll(await installation.signedIn('ada'))).toBe(true);
  });

  it('sign nobody out, and then no longer need the old one', async () => {
    const before = await installation.signedIn('ada');
    // First all learn to verify what the new one signs, then it signs.
    await change(
      [FIRST_SECRET, NEXT_SECRET],
      /read again: 2 of them; the first one, which signs, is the same\./,
    );
    expect(await isSignedInAtAll(before)).toBe(true);
    await change([NEXT_SECRET, FIRST_SECRET], /read again: 2 of them; another one signs now\./);
    const after = await installation.signedIn('eve');
    expect(await isSignedInAtAll(before)).toBe(true);
    expect(await isSignedInAtAll(after)).toBe(true);
    expect((await before.postForm('/account', { display_name: 'Ada' })).status).toBe(303);

    const withoutOld = await installation.anotherNode({ SESSION_SECRET: NEXT_SECRET });
    expect((await withoutOld.sameBrowser(after).get('/session')).status).toBe(200);
    expect((await withoutOld.sameBrowser(before).get('/session')).status).toBe(401);
    await withoutOld.kill('SIGTERM');
  });
});
