import { jsonLinesQuery, lineReader } from '../src/database/json-rows.js';
import { readOneRow } from '../src/database/read-one-row.js';
import { Unavailable } from '../src/kernel/unavailable.js';
import { asUnavailable } from '../src/database/store-failure.js';
import { type OpenStores, openStores } from './contracts/open-stores.js';
import { StoreUnderTest } from './contracts/store-under-test.js';

/** Everything that ends a line or a text somewhere. */
const NAME = 'Ada\nLovelace\r\u2028\u0085\t"\\ é 😀';

describe.each(['sqlite', 'postgres'] as const)('rows as lines on %s', kind => {
  let stores: OpenStores;
  beforeEach(async () => void (stores = await openStores(kind)));
  afterEach(() => stores.close());

  const rows = {
    columns: ['u.id', 'u.display_name', 'u.disabled_at', 'u.created_at'],
    from: 'users u',
    key: 'u.id',
    where: '1 = 1',
  };
  const read = async (ids: readonly string[]) => {
    const query = jsonLinesQuery(stores.dataSource, rows);
    return readOneRow<{ found: string | null }>(stores.dataSource, query, JSON.stringify(ids));
  };

  it('has each row in a line of its own, whatever its texts hold, and gives its columns back', async () => {
    const test = new StoreUnderTest(stores);
    const ids = [await test.addPerson(), await test.addPerson()];
    await stores.dataSource.query('UPDATE users SET display_name = $1', [NAME]);
    const found = (await read(ids))?.found?.split('\n') ?? [];
    const people = found.map(lineReader<Record<string, unknown>>(rows));
    expect(people.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const person of people)
      expect(person).toEqual({
        id: expect.any(String),
        display_name: NAME,
        disabled_at: null,
        created_at: expect.any(Number),
      });
  });

  it('is nothing where no row is found', async () => {
    expect(await read(['00000000-0000-4000-8000-000000000000'])).toEqual({ found: null });
  });

  it('says of a database that is closed that it is unavailable', async () => {
    await stores.dataSource.destroy();
    const failure = await read([]).catch((error: unknown) => asUnavailable(error));
    expect(failure).toBeInstanceOf(Unavailable);
    await stores.dataSource.initialize();
  });

  it('says of a statement that is wrong that it is', async () => {
    const wrong = readOneRow(stores.dataSource, 'SELECT no_such_column AS found WHERE $1 IS NULL', '[]');
    const failure = await wrong.catch((error: unknown) => asUnavailable(error));
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(Unavailable);
    expect(await read([])).toEqual({ found: null });
  });
});
