import type { TestApp } from './test-app.js';

const NOTES = 'order_of_writes';

/**
 * Has the database itself note in which order attempts are counted and people's rows change: when an answer arrives says
 * little of when its write was done.
 * @returns what gives the names of the tables, in that order.
 */
export async function noteOrder(test: TestApp): Promise<() => Promise<string[]>> {
  const postgres = test.stores.kind.includes('postgres');
  const number = postgres ? 'serial' : 'INTEGER';
  await test.sql(`CREATE TABLE ${NOTES} (nth ${number} PRIMARY KEY, written text)`);
  if (postgres)
    await test.sql(
      `CREATE FUNCTION ${NOTES}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO ${NOTES} (written) VALUES (TG_TABLE_NAME); RETURN NEW; END $$`,
    );
  for (const [table, when] of [
    ['attempts', 'INSERT ON attempts'],
    ['users', 'UPDATE OF display_name ON users'],
  ] as const)
    await test.sql(
      `CREATE TRIGGER ${NOTES}_${table} AFTER ${when} FOR EACH ROW ` +
        (postgres
          ? `EXECUTE FUNCTION ${NOTES}()`
          : `BEGIN INSERT INTO ${NOTES} (written) VALUES ('${table}'); END`),
    );
  return async () =>
    (await test.sql<{ written: string }>(`SELECT written FROM ${NOTES} ORDER BY nth`)).map(
      ({ written }) => written,
    );
}
