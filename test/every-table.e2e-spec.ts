import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { AuditLog } from '../src/audit/audit-log.js';
import { localOrigin } from '../src/audit/security-event.js';
import { sessionsAt, TABLES } from '../src/cli/move/tables.js';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { DeletePerson } from '../src/credentials/delete-person.js';
import { GATEHOUSE_ENTITIES } from '../src/schema.js';
import { erased } from './support/many-events.js';
import { TestApp } from './support/test-app.js';

/** What is done with a table, or why not. */
interface Handling {
  /** Why `gatehouse move` leaves it behind; without it, it takes it along. */
  readonly staysBehind?: string;
  /** Where its rows are in what a person takes away: names inside one another. Or why they are not. */
  readonly told: readonly string[] | string;
  /** Whether its rows name somebody in clear who has an account. */
  readonly names: boolean;
  /** Why it still names somebody who is gone; without it, it does not. */
  readonly staysNamed?: string;
}

/** Every table of Gatehouse. A new one fails here until it is thought of everywhere. */
const HANDLING: Readonly<Record<string, Handling>> = {
  users: { told: ['account'], names: true },
  sessions: { told: ['sessions'], names: true },
  audit_events: { told: ['events'], names: true },
  sign_ins: { told: ['signIns'], names: true },
  audit_streams: { told: 'which process wrote how many events, and nobody’s', names: false },
  groups: { told: 'a group is nobody’s', names: false },
  used_names: { told: 'what a name is compared by, and not whose it was', names: false },
  group_members: { told: ['account', 'groups'], names: true },
  one_time_tokens: { told: 'what is not in the mail they have are secrets', names: true },
  mails: { told: 'they have them, and here they are encrypted', names: false },
  attempts: { told: 'keyed hashes: nobody can tell whose they are', names: false },
  erasures: {
    told: 'about people who are gone',
    names: false,
    staysNamed: 'for a day, by which their events are found that come late',
  },
};

/** Somebody whose names stand in nothing else. */
const ZELDA = { username: 'zelda-of-the-tables', email: 'zelda@tables.example' };

describe('every table of Gatehouse', () => {
  let test: TestApp;
  let id: string;
  beforeEach(async () => {
    test = await TestApp.start();
    id = await test.person(ZELDA.username, 'user', ZELDA.email);
    await test.putInto('editors', id);
    await test.sql("INSERT INTO used_names (username_key, since) VALUES ('somebody', 0)");
    await test.signedIn(ZELDA.username);
    await test.visitor().signIn(ZELDA.username, 'eleven wrong words');
    await test.visitor().post('/forgot', { email: ZELDA.email });
    await test.get(AuditLog).settled();
  });
  afterEach(() => test.close());

  const nameOf = (entity: new () => object) => test.get(DataSource).getMetadata(entity).tableName;
  const rowsIn = (table: string) => test.sql(`SELECT * FROM ${table}`);
  const namesZelda = (rows: unknown) =>
    [id, ...Object.values(ZELDA)].some(name => JSON.stringify(rows).includes(name));
  /** Where they are kept in Redis, their tables are empty. */
  const isInRedis = (table: string) =>
    test.stores.environment['REDIS_URL'] !== undefined && ['sessions', 'attempts'].includes(table);
  const thatAre = (is: (handling: Handling) => boolean) =>
    Object.keys(HANDLING).filter(table => is(HANDLING[table]!));

  it('is thought of here', () => {
    expect(GATEHOUSE_ENTITIES.map(nameOf).sort()).toEqual(Object.keys(HANDLING).sort());
  });

  it('is moved, or stays behind for a reason', () => {
    const moved = [...TABLES, sessionsAt(0)].map(({ entity }) => nameOf(entity));
    const ours = moved.filter(table => table in HANDLING);
    expect(ours.sort()).toEqual(thatAre(({ staysBehind }) => staysBehind === undefined).sort());
  });

  it('is in the inventory of personal data, with how long it is kept', () => {
    const text = readFileSync(join(PROJECT_ROOT, 'docs/security.md'), 'utf8');
    const [, inventory = ''] = /^## Personal data\n([^]*?)^## /m.exec(text) ?? [];
    const listed = [...inventory.matchAll(/^\| `(\w+)` +\| +\S.+\| +\S.+\|$/gm)].map(([, name]) => name);
    expect(listed).toEqual(expect.arrayContaining(Object.keys(HANDLING)));
  });

  it('is in what a person takes away, or is not for a reason', async () => {
    const { body } = await (await test.signedIn(ZELDA.username)).get('/account/data');
    const told = JSON.parse(body) as unknown;
    for (const [table, { told: path }] of Object.entries(HANDLING)) {
      if (typeof path === 'string') continue;
      const found = path.reduce((part, name) => (part as Record<string, unknown>)[name], told);
      expect([table, Object.keys(found ?? {}).length]).not.toEqual([table, 0]);
    }
  });

  it('names nobody any more who is deleted', async () => {
    for (const table of Object.keys(HANDLING)) {
      const rows = await rowsIn(table);
      if (isInRedis(table)) continue;
      expect([table, rows.length > 0]).toEqual([table, table !== 'erasures']);
      expect([table, namesZelda(rows)]).toEqual([table, HANDLING[table]!.names]);
    }
    const person = { id, email: ZELDA.email };
    expect(await test.get(DeletePerson).delete({ person, origin: localOrigin('test') })).toBe(true);
    await erased(test);
    for (const table of Object.keys(HANDLING))
      expect([table, namesZelda(await rowsIn(table))]).toEqual([
        table,
        HANDLING[table]!.staysNamed !== undefined,
      ]);
    if (test.stores.environment['REDIS_URL'] !== undefined)
      expect(namesZelda(await test.stores.dump())).toBe(false);
  });
});
