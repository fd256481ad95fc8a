import pg from 'pg';
import { PASSWORD, TestApp } from './support/test-app.js';

/** Transactions on this database that wait for another one. */
const WAITING = `
  SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE NOT granted AND datname = current_database()`;

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
    while ((await test.sql(WAITING)).length < 2) await new Promise(setImmediate);
    await holder.query('COMMIT');
    expect((await both).map(({ status }) => status)).toEqual([303, 303]);
    const people = await Promise.all([first, second].map(async each => (await each.get('/session')).body));
    expect(people.map(body => /"username":"(\w+)"/.exec(body)?.[1])).toEqual(['ben', 'ada']);
  });
});
