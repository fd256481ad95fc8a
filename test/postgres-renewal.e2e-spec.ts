import pg from 'pg';
import { minutes } from '../src/kernel/durations.js';
import { InsideApplications } from './support/inside-applications.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';
import { transactionsWait } from './support/waiting-transactions.js';

/** Has a sign-in that goes on with another session wait for a lock, when Redis has that session alone already. */
const RENEWAL_WAITS = `
  CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(3);
    RETURN NEW;
  END $$;
  CREATE TRIGGER wait BEFORE UPDATE OF session_id_hash ON sign_ins FOR EACH ROW EXECUTE FUNCTION wait()`;

describe('the gate, while a sign-in goes on with another session, with Redis', () => {
  let test: TestApp;
  let holder: pg.Client;
  let inside: InsideApplications;
  let ada: Visitor;
  let cookie: string;
  beforeEach(async () => {
    test = await TestApp.start({}, [], { stores: 'postgres+redis' });
    inside = new InsideApplications(test);
    await inside.add('wiki', { everybody: true, includingRegistered: true });
    const id = await test.person('ada');
    ada = await test.signedIn();
    cookie = await inside.enter(id, 'wiki');
    holder = new pg.Client({ connectionString: test.stores.environment['DATABASE_URL'] });
    await holder.connect();
    await holder.query(RENEWAL_WAITS);
    await holder.query('SELECT pg_advisory_lock(3)');
  });
  afterEach(async () => {
    await holder.end();
    await test.close();
  });

  it.each([
    ['the password is confirmed', '/confirm', { password: PASSWORD }],
    [
      'the password is changed',
      '/account/password',
      {
        current_password: PASSWORD,
        password: 'seven calm otters drift',
        password_again: 'seven calm otters drift',
      },
    ],
  ])('lets its person in as before: %s', async (_what, path, fields) => {
    const renewed = ada.postForm(path, fields);
    await transactionsWait(test, 1, renewed);
    const answers: string[] = [];
    const asked = Promise.all([1, 2, 3].map(async () => answers.push(await inside.answerTo(cookie, 'wiki'))));
    await transactionsWait(test, 2, asked);
    expect(answers).toEqual([]);
    await holder.query('SELECT pg_advisory_unlock(3)');
    expect((await renewed).status).toBe(303);
    await asked;
    expect(answers).toEqual(['enter', 'enter', 'enter']);
    expect(await inside.answerTo(cookie, 'wiki')).toBe('enter');
  });

  it('lets nobody in where the renewal is not kept: the session is gone', async () => {
    const renewed = ada.postForm('/confirm', { password: PASSWORD });
    await transactionsWait(test, 1, renewed);
    const asked = inside.answerTo(cookie, 'wiki');
    await transactionsWait(test, 2, asked);
    await holder.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 3 AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect((await renewed).status).toBe(503);
    expect(await asked).toBe('sign-in');
    test.clock.pass(minutes(1));
    expect(await inside.answerTo(cookie, 'wiki')).toBe('sign-in');
  });
});
