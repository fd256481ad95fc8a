import pg from 'pg';
import { PASSWORD, TestApp } from './support/test-app.js';
import { transactionsWait } from './support/waiting-transactions.js';

describe('two browsers in which each other’s people sign in', () => {
  let test: TestApp;
  let holder: pg.Client;
  beforeEach(async () => {
    test = await TestApp.start({}, [], { stores: 'postgres' });
    for (const name of ['ada', 'ben']) await test.person(name);
    holder = new pg.Client({ connectionString: test.stores.environment['DATABASE_URL'] });
    await holder.connect();
  });
  afterEach(async () => {
    await holder.end();
    await test.close();
  });

  it('do not wait for each other for ever: both come in', async () => {
    const [first, second] = [await test.signedIn('ada'), await test.signedIn('ben')];
    await holder.query('BEGIN; SELECT 1 FROM users FOR UPDATE');
    const both = Promise.all([first.signIn('ben', PASSWORD), second.signIn('ada', PASSWORD)]);
    // Both stand before the first account that they lock.
    await transactionsWait(test, 2, both);
    await holder.query('COMMIT');
    expect((await both).map(({ status }) => status)).toEqual([303, 303]);
    const people = await Promise.all([first, second].map(async each => (await each.get('/session')).body));
    expect(people.map(body => /"username":"(\w+)"/.exec(body)?.[1])).toEqual(['ben', 'ada']);
  });
});
