import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { AuditLog } from '../src/audit/audit-log.js';
import { localOrigin } from '../src/audit/security-event.js';
import { FirstAnswers } from '../src/clicks/first-answers.js';
import { sessionsAt, TABLES } from '../src/cli/move/tables.js';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { AccessTokens } from '../src/forward-auth/access-tokens.js';
import { Tickets } from '../src/forward-auth/tickets.js';
import { Applications } from '../src/applications/applications.js';
import { Definition } from '../src/applications/definition.js';
import { DeletePerson } from '../src/credentials/delete-person.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { GATEHOUSE_ENTITIES } from '../src/schema.js';
import { codeIn, sectionOf, tablesIn } from './support/document-tables.js';
import { guideFiles } from './support/guide.js';
import { erased } from './support/many-events.js';
import { Tab } from './support/tab.js';
import { enrol, makeCodes, toSecondStep } from './support/second-factor.js';
import { addPasskey, signInByPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

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
  authenticators: { told: ['authenticators'], names: true },
  recovery_codes: { told: ['recoveryCodes'], names: true },
  factor_resets: { told: ['factorResets'], names: true },
  sign_in_steps: { told: ['signInSteps'], names: true },
  audit_streams: { told: 'which process wrote how many events, and nobody’s', names: false },
  applications: { told: 'an application is nobody’s', names: false },
  application_origins: { told: 'an address of an application is nobody’s', names: false },
  application_catalogue: { told: 'a version is nobody’s', names: false },
  application_sessions: { told: ['applications'], names: false },
  entry_tickets: { staysBehind: 'good for a minute', told: 'gone in a minute', names: false },
  access_tokens: { told: ['accessTokens'], names: true },
  groups: { told: 'a group is nobody’s', names: false },
  used_names: {
    told: ['usernameTold'],
    names: true,
    staysNamed: 'or an application would take who gets the name next for them',
  },
  group_members: { told: ['account', 'groups'], names: true },
  passkeys: { told: ['passkeys'], names: true },
  used_challenges: { told: 'digests of random numbers: nobody’s', names: false },
  one_time_tokens: { told: 'what is not in the mail they have are secrets', names: true },
  mails: { told: 'they have them, and here they are encrypted', names: false },
  attempts: { told: 'keyed hashes: nobody can tell whose they are', names: false },
  form_answers: {
    staysBehind: 'it is of no use after five seconds',
    told: 'sealed by what stands in the page alone, and gone after minutes',
    names: false,
  },
  erasures: {
    told: 'about people who are gone',
    names: false,
    staysNamed: 'for a day, by which their events are found that come late',
  },
};

/** Somebody whose names stand in nothing else. */
const ZELDA = { username: 'zelda-of-the-tables', email: 'zelda@tables.example' };

/** The tables of the application that the guide makes. */
const guideTables = (): readonly string[] =>
  [...guideFiles().values()].flatMap(code =>
    [...code.matchAll(/@Entity\(\{ name: '(\w+)' \}\)/g)].map(([, name = '']) => name),
  );

describe('every table of Gatehouse', () => {
  let test: TestApp;
  let id: string;
  /** Her browser. */
  let zelda: Visitor;
  beforeEach(async () => {
    test = await TestApp.start();
    id = await test.person(ZELDA.username, 'user', ZELDA.email);
    await test.putInto('editors', id);
    await test.sql("INSERT INTO used_names (username_key, since) VALUES ('somebody', 0)");
    zelda = await test.signedIn(ZELDA.username);
    await enrol(test, zelda);
    await makeCodes(zelda);
    const key = new SoftwareAuthenticator();
    await addPasskey(zelda, key);
    await signInByPasskey(test.visitor(), key);
    await toSecondStep(test.visitor(), ZELDA.username);
    await test.get(LostFactors).reset(id, false, localOrigin('test'));
    const { id: signInId } = (await test.sql<{ id: string }>('SELECT id FROM sign_ins'))[0]!;
    const wiki = { name: 'wiki', origins: ['https://wiki.example.com'], everybody: true };
    await test.get(Applications).add(Definition.parse(wiki), localOrigin('test'));
    const entering = { signInId, origin: 'https://wiki.example.com', browser: 'b', path: '/' };
    const ticket = async () => {
      const issued = await test.get(Tickets).issue(entering);
      return issued.outcome === 'issued' ? issued.ticket : '';
    };
    await test.get(Tickets).spend({ ticket: await ticket(), origin: entering.origin, browsers: ['b'] });
    await test.get(AccessTokens).make(
      {
        ...{
          userId: id,
          applicationName: 'wiki',
          name: 'Phone',
          methods: [],
          prefix: '',
          strength: 1,
          life: 1000,
        },
      },
      () => Promise.resolve(true),
    );
    await test.visitor().signIn(ZELDA.username, 'eleven wrong words');
    const forgot = await Tab.open(test.visitor(), '/forgot');
    await forgot.press({ email: ZELDA.email });
    await test.get(AuditLog).settled();
    await test.get(FirstAnswers).settled();
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

  it('has no name that is a team’s', () => {
    expect(Object.keys(HANDLING).filter(table => /^app_/.test(table))).toEqual([]);
    for (const own of guideTables()) expect(own).toMatch(/^app_/);
    expect(guideTables().length).toBeGreaterThan(0);
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
    const { body } = await zelda.get('/account/data');
    const told = JSON.parse(body) as unknown;
    for (const [table, { told: path }] of Object.entries(HANDLING)) {
      if (typeof path === 'string') continue;
      const found = path.reduce((part, name) => (part as Record<string, unknown>)[name], told);
      expect([table, Object.keys(found ?? {}).length]).not.toEqual([table, 0]);
    }
  });

  it('gives away nothing that is a secret, or that stands for one, whatever somebody has', async () => {
    const [, kinds = []] = tablesIn(sectionOf('docs/security.md', 'Personal data'));
    const secret = kinds.filter(([kind = '']) => /^(stands for a )?secret/.test(kind));
    const columns = secret.flatMap(([, cell = '']) => codeIn(cell));
    expect(columns.length).toBeGreaterThan(18);
    const { body } = await zelda.get('/account/data');
    const looked = new Set<string>();
    for (const [table = '', column = ''] of columns.map(one => one.split('.')))
      for (const { value } of await test.sql(`SELECT ${column} AS value FROM ${table}`)) {
        // Shorter ones are of this test: all that the program makes has more signs.
        if (typeof value !== 'string' || value.length < 8) continue;
        looked.add(table);
        expect([table, column, body.includes(value)]).toEqual([table, column, false]);
      }
    expect([...looked]).toEqual(
      expect.arrayContaining([
        'users',
        'authenticators',
        'recovery_codes',
        'access_tokens',
        'application_sessions',
      ]),
    );
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
