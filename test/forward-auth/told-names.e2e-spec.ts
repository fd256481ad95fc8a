import { localOrigin } from '../../src/audit/security-event.js';
import { CreateAccount } from '../../src/credentials/create-account.js';
import { DeletePerson } from '../../src/credentials/delete-person.js';
import { comingAgain } from '../support/come-again.js';
import { at, InsideApplications } from '../support/inside-applications.js';
import { Tickets } from '../../src/forward-auth/tickets.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const HERE = localOrigin('test');

let test: TestApp;
let inside: InsideApplications;
let ada: string;
beforeEach(async () => {
  test = await TestApp.start();
  inside = new InsideApplications(test);
  ada = await test.person('ada');
  await test.signedIn('ada');
  await inside.add('wiki', { everybody: true });
});
afterEach(() => test.close());

/** What comes of giving the name of somebody who is gone to somebody else. */
async function givenAgain(): Promise<string> {
  const whom = { person: { id: ada, email: null }, origin: HERE };
  await comingAgain(() => test.get(DeletePerson).delete(whom));
  const wanted = { username: 'Ada', email: null, password: PASSWORD, role: 'user' as const };
  return (await comingAgain(() => test.get(CreateAccount).create(wanted, HERE))).outcome;
}

describe('the name of somebody who was in an application is never given again', () => {
  it('where they entered it', async () => {
    await inside.enter(ada, 'wiki');
    expect(await givenAgain()).toBe('refused');
  });

  it('where a program came in their name', async () => {
    await inside.token(ada, 'wiki');
    expect(await givenAgain()).toBe('refused');
  });

  it('and where they never were in any it is', async () => {
    const ticket = await inside.ticket(ada, 'wiki');
    const spent = await test.get(Tickets).spend({ ticket, origin: at('wiki'), browsers: ['another'] });
    expect(spent).toEqual({ outcome: 'refused', seen: 'other-browser' });
    expect(await givenAgain()).toBe('created');
  });

  it('whoever enters, signs out and is deleted at the same moment', async () => {
    const tickets = await Promise.all(Array.from({ length: 4 }, () => inside.ticket(ada, 'wiki')));
    const [again, ...spent] = await Promise.all([
      givenAgain(),
      ...tickets.map(ticket => inside.spend(ticket, 'wiki')),
    ]);
    const wasIn = spent.some(({ outcome }) => outcome === 'welcome');
    expect(again).toBe(wasIn ? 'refused' : 'created');
  });
});
