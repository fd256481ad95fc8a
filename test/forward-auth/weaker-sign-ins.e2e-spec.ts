import { localOrigin } from '../../src/audit/security-event.js';
import { Applications } from '../../src/applications/applications.js';
import { Definition } from '../../src/applications/definition.js';
import { Gate } from '../../src/forward-auth/gate.js';
import { Tickets } from '../../src/forward-auth/tickets.js';
import { TestApp } from '../support/test-app.js';
import { enrol } from '../support/second-factor.js';

const ORIGIN = 'https://wiki.example.com';

/** Somebody in an application, whose sign-in is the only one there is. @returns the cookie of that session. */
async function enter(test: TestApp): Promise<string> {
  const [row] = await test.sql<{ id: string }>('SELECT id FROM sign_ins WHERE ended_at IS NULL');
  const way = { origin: ORIGIN, browser: 'b' };
  const issued = await test.get(Tickets).issue({ ...way, signInId: row?.id ?? '', path: '/' });
  if (issued.outcome !== 'issued') throw new Error(issued.outcome);
  const ticket = { ticket: issued.ticket, origin: ORIGIN, browsers: ['b'] };
  const spent = await test.get(Tickets).spend(ticket);
  if (spent.outcome !== 'welcome') throw new Error(spent.outcome);
  return `__Host-gatehouse-app=${spent.cookie}`;
}

const ask = async (test: TestApp, cookies: string) => {
  const question = { origin: ORIGIN, address: '/', method: 'GET', asker: 'page', token: null } as const;
  return (await test.get(Gate).answer({ ...question, destination: null, isPreflight: false, cookies }))
    .answer;
};

describe('the gate, once everybody must have a second factor', () => {
  it.each([
    ['lets nobody on whose sign-in is of the password alone', false],
    ['lets on who has shown one', true],
  ])('%s', async (_, hasFactor) => {
    const before = await TestApp.start({ SECOND_FACTOR: 'optional' });
    const wiki = { name: 'wiki', origins: [ORIGIN], everybody: true, includingRegistered: true };
    await before.get(Applications).add(Definition.parse(wiki), localOrigin('test'));
    await before.person();
    const ada = await before.signedIn();
    if (hasFactor) await enrol(before, ada);
    const cookies = await enter(before);
    expect(await ask(before, cookies)).toBe('enter');
    const after = await TestApp.start({ SECOND_FACTOR: 'everybody', DATA_DIR: before.dataDir });
    expect((await ask(after, cookies)) === 'enter').toBe(hasFactor);
    await after.close();
    await before.close();
  });
});
