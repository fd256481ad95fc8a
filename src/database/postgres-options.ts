import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import type { PostgresConfig } from '../config/app-config.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { Unavailable } from '../kernel/unavailable.js';
import { CarefulClient } from './careful-client.js';
import { settle } from './postgres-session.js';

/** The most that opening a connection may take, and waiting for a free one of the pool. */
export const CONNECT_PATIENCE: Duration = seconds(2);

/** The most that one statement may take: the server gives it up then, and waits for locks no longer either. */
export const STATEMENT_PATIENCE: Duration = seconds(2);

/** A server that has not answered by then is gone, also where the network does not say so. */
const ANSWER_PATIENCE: Duration = STATEMENT_PATIENCE + 200;

/** A transaction whose node died in the middle of it holds its locks no longer than this. */
const IDLE_TRANSACTION: Duration = seconds(10);

/** TypeORM's options where the database is PostgreSQL. */
export type PostgresOptions = Extract<DataSourceOptions, { readonly type: 'postgres' }>;

/** A pool that says of a server it cannot reach that it is unavailable, whoever asks. */
class Pool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(done: ConnectDone): void;
  override connect(done?: ConnectDone): Promise<pg.PoolClient> | undefined {
    if (done === undefined)
      return super.connect().catch((error: unknown) => Promise.reject(unreachable(error)));
    super.connect((error, client, release) => done(error && unreachable(error), client, release));
    return undefined;
  }
}

type ConnectDone = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (release?: unknown) => void,
) => void;

const unreachable = (error: unknown): Error =>
  new Unavailable(error instanceof Error ? error.message : String(error), undefined, { cause: error });

/** What holds for every connection, however long its statements may take. */
const ALWAYS = { Client: CarefulClient, onConnect: settle } as const;

/** How TypeORM reaches a PostgreSQL database. Whatever does not answer in time fails, and its connection with it. */
export function postgresOptions({ host, port, user, password, database, ssl, ...more }: PostgresConfig) {
  return {
    type: 'postgres',
    driver: { ...pg, Pool },
    host,
    port,
    // What is not said is left to node-postgres: PGUSER, PGPASSWORD, ~/.pgpass.
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    database,
    poolSize: more.poolSize,
    connectTimeoutMS: CONNECT_PATIENCE,
    applicationName: more.applicationName,
    // No entity needs one, and the role that runs the server need not be allowed to.
    installExtensions: false,
    // An idle connection that breaks is replaced when it is needed; whoever needs it hears of a failure.
    poolErrorHandler: () => undefined,
    extra: {
      ...ALWAYS,
      postgresSsl: ssl,
      ...(more.options === null ? {} : { options: more.options }),
      statement_timeout: STATEMENT_PATIENCE,
      query_timeout: ANSWER_PATIENCE,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION,
      keepAlive: true,
    },
  } as const;
}

/** The same for bringing the schema up to date: one connection, which may wait and work as long as it takes. */
export const migrationConnection = (options: PostgresOptions): PostgresOptions => ({
  ...options,
  poolSize: 1,
  extra: { ...extraOf(options), ...NO_LIMITS },
});

const NO_LIMITS = {
  statement_timeout: undefined,
  query_timeout: undefined,
  idle_in_transaction_session_timeout: undefined,
};

const extraOf = ({ extra }: PostgresOptions): object => {
  const given: unknown = extra;
  return typeof given === 'object' && given !== null ? given : {};
};
