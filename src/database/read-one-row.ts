import { ConnectionIsNotSetError, type DataSource, QueryFailedError } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { SqliteDriver } from 'typeorm/driver/sqlite/SqliteDriver.js';

/**
 * Asks a statement with one parameter that gives one row and is in no transaction. It goes to the driver as TypeORM would
 * hand it on, without the query runner, whose subscribers and results cost as much as the rest of a short look-up.
 * @returns undefined for no row. @throws what `DataSource.query` throws
 */
export async function readOneRow<Row>(
  dataSource: DataSource,
  query: string,
  parameter: string,
): Promise<Row | undefined> {
  const { driver } = dataSource;
  const values = [parameter];
  if (driver instanceof SqliteDriver) {
    if (!dataSource.isInitialized) throw new ConnectionIsNotSetError('sqlite');
    dataSource.logger.logQuery(query, values);
    return fromSqlite<Row>(driver, query, values);
  }
  if (!(driver instanceof PostgresDriver))
    throw new TypeError('The database is neither SQLite nor PostgreSQL.');
  dataSource.logger.logQuery(query, values);
  return fromPostgres<Row>(driver, query, values);
}

function fromSqlite<Row>(
  { databaseConnection }: SqliteDriver,
  query: string,
  values: string[],
): Promise<Row | undefined> {
  return new Promise((resolve, reject) => {
    databaseConnection.all(query, values, (error: Error | null, rows: readonly Row[]) => {
      if (error === null) resolve(rows[0]);
      else reject(new QueryFailedError(query, values, error));
    });
  });
}

async function fromPostgres<Row>(
  driver: PostgresDriver,
  query: string,
  values: string[],
): Promise<Row | undefined> {
  const [client, release] = await driver.obtainMasterConnection();
  client.on('error', heardElsewhere);
  try {
    const { rows } = await client.query(query, values);
    return rows[0];
  } catch (error) {
    throw new QueryFailedError(query, values, asError(error));
  } finally {
    client.removeListener('error', heardElsewhere);
    release();
  }
}

/** Of a connection that breaks the statement on it fails, and the pool takes it back no more. */
const heardElsewhere = (): void => undefined;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
