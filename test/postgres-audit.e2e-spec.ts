import { AuditLog } from '../src/audit/audit-log.js';
import { Checkpoints } from '../src/audit/checkpoints.js';
import { Sweeper } from '../src/database/sweeper.js';
import { days } from '../src/kernel/durations.js';
import { erased } from './support/many-events.js';
import { DEPLOYED_RIGHTS, DOCUMENTED_RIGHTS, ServerRole } from './support/server-role.js';
import { atPostgres } from './support/stores.js';
import { TestApp } from './support/test-app.js';
import { verified, writeEvents, wrong } from './support/verified-trail.js';

const start = (role: ServerRole, url = role.url) =>
  TestApp.start({ DATABASE_URL: url }, [], { stores: 'sqlite' });
const MAY_CHANGE = /^The database's role ".+" may change and delete security events\. One that owns no table/;
const linesOf = (test: TestApp) =>
  test.log.lines
    .map(({ message }) => message)
    .filter(line => typeof line === 'string' && MAY_CHANGE.test(line));

describe('a server’s role that owns nothing', () => {
  let role: ServerRole;
  let test: TestApp;
  beforeEach(async () => {
    role = await ServerRole.make();
    test = await start(role);
  });
  afterEach(async () => {
    await test.close();
    await role.remove();
  });

  const asServer = (statement: string) => atPostgres(statement, role.url);
  const asOwner = (statement: string) => atPostgres(statement, role.ownersUrl);
  /** Calls of the functions as somebody makes them who has taken the server over. */
  const sweepAll = (stream: string, begins: number) =>
    asServer(
      `SELECT audit_sweep(9000000000000000, 500, '{"stream":"${stream}","from":1,"begins":${begins},"over":false,"oldest_at":0,"mac_before":"","key_id":"","mac":""}')`,
    );

  it('has the same rights in the documents and in deploy/', () => {
    expect(DOCUMENTED_RIGHTS).toHaveLength(6);
    expect(DEPLOYED_RIGHTS).toEqual(DOCUMENTED_RIGHTS);
  });

  it.each([
    "UPDATE audit_events SET ip = ''",
    'DELETE FROM audit_events',
    'TRUNCATE audit_events',
    'UPDATE audit_streams SET begins = 2',
    'DELETE FROM audit_streams',
    'DROP FUNCTION audit_sweep',
    'CREATE FUNCTION audit_sweep(bigint) RETURNS bigint LANGUAGE sql AS $$SELECT 1::bigint$$',
  ])('may not %s', async statement => {
    await writeEvents(test, 'ada', 1);
    await expect(asServer(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('writes its stream, and says nothing of its rights', async () => {
    await writeEvents(test, 'ada', 3);
    await test.get(Checkpoints).make();
    await test.get(AuditLog).onApplicationShutdown();
    expect(await verified(test)).toMatchObject({ findings: [], events: 5, outside: 0 });
    expect(test.log.events('sys_audit_checkpoint_failed')).toEqual([]);
    expect(linesOf(test)).toEqual([]);
  });

  it('takes people out of their events who are gone', async () => {
    await test.person('root', 'admin');
    await test.person('ada');
    const ada = await test.signedIn('ada');
    await ada.postForm('/account/close', { username: 'ada' });
    await erased(test);
    const trail = await verified(test);
    expect(trail).toMatchObject({ findings: [], outside: 0 });
    expect(trail.nameless).toBeGreaterThan(3);
  });

  it('takes nobody out to whom it was not promised', async () => {
    const ada = await test.person('ada');
    await writeEvents(test, ada, 1);
    await asServer(
      `SELECT audit_pseudonymise('${ada}', (SELECT json_agg(json_build_object('id', id, 'erased', 'x')) FROM audit_events))`,
    );
    expect(await verified(test)).toMatchObject({ findings: [], nameless: 0 });
  });

  it('sweeps what is over a year old', async () => {
    test.clock.pass(-days(400));
    await writeEvents(test, 'ada', 3);
    await asOwner(
      "INSERT INTO audit_events (id, occurred_at, event, outcome, ip, user_agent, request_id, facts) VALUES ('x', 1, 'x', 'x', '', '', '', '{}')",
    );
    test.clock.pass(days(400));
    await writeEvents(test, 'ada', 1);
    await test.get(Sweeper).sweep();
    expect(await verified(test)).toMatchObject({ findings: [], events: 1, outside: 0 });
  });

  it('cannot sweep what is younger, and leaves a trace where it says otherwise', async () => {
    await writeEvents(test, 'ada', 3);
    const [stream] = (await asOwner('SELECT stream FROM audit_streams')).rows as { stream: string }[];
    await asServer('SELECT audit_sweep(9000000000000000, 500, NULL)');
    await expect(sweepAll(stream!.stream, 3)).rejects.toThrow('Security events are kept for a year.');
    expect(await verified(test)).toMatchObject({ findings: [], events: 4 });
    await sweepAll(stream!.stream, 1);
    expect(await wrong(test)).toHaveLength(1);
  });

  it('cannot have the functions work on tables of its own', async () => {
    await writeEvents(test, 'ada', 1);
    await asServer(`
      CREATE TEMP TABLE erasures (user_id text, pseudonym text);
      INSERT INTO erasures VALUES ('ada', 'closed:ada');
      SELECT audit_pseudonymise('ada', (SELECT json_agg(json_build_object('id', id, 'erased', 'x')) FROM audit_events))`);
    expect(await verified(test)).toMatchObject({ findings: [], nameless: 0 });
  });

  it('alone may call them: nobody else of the database may', async () => {
    const other = `${role.name}_other`;
    await asOwner(`CREATE ROLE ${other} LOGIN`);
    const url = new URL(role.url);
    url.username = other;
    await expect(atPostgres('SELECT audit_sweep(1, 1, NULL)', url.href)).rejects.toThrow('permission denied');
    await asOwner(`DROP ROLE ${other}`);
  });
});

describe('a server’s role', () => {
  it('that owns its tables says at the start, in one line, what it could do', async () => {
    const role = await ServerRole.make();
    const test = await start(role, role.ownersUrl);
    expect(linesOf(test)).toHaveLength(1);
    await test.close();
    await role.remove();
  });

  it('that lacks the functions does not start, and says what to do', async () => {
    const role = await ServerRole.make(DOCUMENTED_RIGHTS.slice(0, 4));
    await expect(start(role)).rejects.toThrow(
      /lacks EXECUTE on audit_sweep and audit_pseudonymise, .+ Let the owner of the tables run the statements/,
    );
    await role.remove();
  });
});
