import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { readEnvironment } from '../src/config/read-environment.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { migrations } from '../src/database/migrations/all-migrations.js';
import { prepareDatabase } from '../src/database/prepare-database.js';
import { schema } from '../src/schema.js';
import { confirmedAddress } from '../src/users/confirmed-address.js';
import { User } from '../src/users/user.entity.js';
import { OwnStores } from './support/stores.js';

beforeAll(() => Logger.overrideLogger(false));

/** The schema as it was when nobody wrote down which addresses were confirmed. */
const BEFORE = migrations.filter(({ name }) => Number(name.replace(/^\D+/, '')) < 1795800000000);

/** Events as the version before wrote them, by what made the account and what came of it. */
const MADE_BY = {
  'the command line': [['user_created', { role: 'user' }]],
  'the first page': [['user_created', { role: 'admin' }]],
  'a registration': [['user_created', { role: 'user', by: 'register' }]],
  'an invitation': [['user_created', { role: 'admin', by: 'invite' }]],
  'somebody, over a year ago': [],
  'the command line, with an address that was changed by a link': [
    ['user_created', { role: 'user' }],
    ['user_email_change_request', {}],
    ['user_email_changed', {}],
  ],
  'the command line, with a change that was never confirmed': [
    ['user_created', { role: 'user' }],
    ['user_email_change_request', {}],
  ],
  'the command line, and “this was not me” opened there': [
    ['user_created', { role: 'user' }],
    ['authn_not_me', { endedSessions: 2 }],
  ],
} as const;

/** Whose addresses nobody knows to be theirs. */
const UNCONFIRMED = [
  'the command line',
  'the first page',
  'the command line, with a change that was never confirmed',
];

describe.each(['sqlite', 'postgres'] as const)('addresses from before an upgrade, in %s', kind => {
  let folder: string;
  let own: OwnStores;
  let after: DataSource | null = null;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-upgrade-'));
    own = await OwnStores.make(kind);
    const before = await open(BEFORE);
    for (const [made, events] of Object.entries(MADE_BY)) {
      await addPerson(before, made, `${made.replaceAll(/\W+/g, '-')}@example.org`);
      for (const [event, facts] of events) await addEvent(before, made, event, facts);
    }
    await addPerson(before, 'somebody without an address', null);
    await addEvent(before, null, 'user_created', { role: 'user' });
    await before.destroy();
    after = await open(migrations);
    // A node of the version before goes on.
    await addPerson(after, 'a node of the version before', 'late@example.org');
  });
  afterAll(async () => {
    await after?.destroy();
    await own.remove();
    rmSync(folder, { recursive: true });
  });

  const open = async (these: typeof migrations) => {
    const config = readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder, ...own.environment });
    // Entities are as they are today: a program of that time had others.
    const entities = these === BEFORE ? [] : schema.entities;
    const dataSource = new DataSource(dataSourceOptions(config.database, { entities, migrations: these }));
    await prepareDatabase(dataSource);
    return dataSource;
  };
  const person = (id: string) => after!.manager.findOneByOrFail(User, { id });

  it.each(Object.keys(MADE_BY))('of accounts that were made by %s', async made => {
    const user = await person(made);
    const confirmed = UNCONFIRMED.includes(made) ? null : user.email;
    expect(confirmedAddress(user)).toBe(confirmed);
    expect(user.emailConfirmedAt).toBe(confirmed === null ? null : CREATED);
    expect(user.email).toMatch(/@example\.org$/);
  });

  it('are none where there is none', async () => {
    expect(await person('somebody without an address')).toMatchObject({
      email: null,
      emailConfirmedAt: null,
    });
  });

  it('are unconfirmed where a node of the version before adds them', async () => {
    const user = await person('a node of the version before');
    expect([user.email, confirmedAddress(user)]).toEqual(['late@example.org', null]);
  });
});

const CREATED = 1795000000001;

/** As every version writes it: what a later one has beside it is left out. */
async function addPerson(database: DataSource, id: string, email: string | null): Promise<void> {
  await database.query(
    'INSERT INTO users (id, username, username_key, email, email_key, display_name, role, demo, created_at) ' +
      `VALUES ($1, $2, $3, $4, $5, 'x', 'user', false, ${CREATED})`,
    [id, id, id, email, email],
  );
}

let events = 0;

async function addEvent(database: DataSource, userId: string | null, event: string, facts: object) {
  await database.query(
    'INSERT INTO audit_events (id, occurred_at, event, outcome, user_id, ip, user_agent, request_id, facts) ' +
      `VALUES ($1, ${CREATED}, $2, 'success', $3, '', '', '', $4)`,
    [`event-${(events += 1)}`, event, userId, JSON.stringify(facts)],
  );
}
