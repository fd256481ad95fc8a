import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ErasureWorker } from '../src/audit/erasure-worker.js';
import { addEvents, erased, tracesOf } from './support/many-events.js';
import { TestApp } from './support/test-app.js';
import { transactionsWait } from './support/waiting-transactions.js';

/** Has the second change of a promise, which is the first batch's, wait for a lock. */
const SECOND_WAITS = `
  CREATE SEQUENCE changes;
  CREATE FUNCTION wait_second() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('changes') = 2 THEN PERFORM pg_advisory_xact_lock(2); END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER wait_second BEFORE UPDATE ON erasures FOR EACH ROW EXECUTE FUNCTION wait_second()`;

describe('a promise to erase, on PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-erasure-'));
  const nodes: TestApp[] = [];
  const node = async () => {
    const test = await TestApp.start({ DATA_DIR: folder }, [], { stores: 'postgres' });
    nodes.push(test);
    return test;
  };
  let holder: pg.Client;
  afterEach(async () => {
    await holder.end();
    for (const each of nodes) await each.close();
  });

  it('is left to the next node at once, also where the stop comes while a batch begins', async () => {
    const test = await node();
    const ada = await test.person('ada');
    await addEvents(test, ada, 1200);
    await test.sql('INSERT INTO erasures (user_id, pseudonym, promised_at, due_at) VALUES ($1, $2, $3, $3)', [
      ada,
      'closed:ada',
      test.clock.now(),
    ]);
    holder = new pg.Client({ connectionString: test.stores.environment['DATABASE_URL'] });
    await holder.connect();
    await holder.query(SECOND_WAITS);
    await holder.query('SELECT pg_advisory_lock(2)');
    const working = test.get(ErasureWorker).run();
    await transactionsWait(test, 1, working);
    const stopping = test.get(ErasureWorker).onApplicationShutdown();
    await holder.query('SELECT pg_advisory_unlock(2)');
    await Promise.all([working, stopping]);
    const next = await node();
    await erased(next);
    expect(await tracesOf(next, ada)).toMatchObject({ named: 0 });
  });
});
