import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import type { PostgresConfig } from '../config/app-config.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { Unavailable } from '../kernel/unavailable.js';
import { SslClient } from './postgres-ssl.js';

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

/**
 * Statements without an answer are given up, but their connection would wait on: this one is closed. So is one that
 * would not roll back, or the pool would hand it on with its transaction open. A COMMIT that PostgreSQL answers with
 * ROLLBACK, because a statement before it had failed, is an error. And U+0000, which PostgreSQL's text cannot hold,
 * becomes U+FFFD on the way, as HTML has it: nobody has such a name.
 */
class CarefulClient extends SslClient {
  constructor(config: pg.ClientConfig) {
    super(config);
    const ask = this.query;
    const query = (statement: string, values?: readonly unknown[], ...more: readonly unknown[]) => {
      const answer: unknown = Reflect.apply(ask, this, [statement, values?.map(withoutNul), ...more]);
      if (!(answer instanceof Promise)) return answer;
      answer.catch((error: unknown) => this.closeIfUseless(statement, error));
      return statement === 'COMMIT' ? answer.then(requireKept) : answer;
    };
    Object.defineProperty(this, 'query', { value: query });
  }

  private closeIfUseless(statement: string, error: unknown): void {
    const isSilent = error instanceof Error && error.message === 'Query read timeout';
    if (!isSilent && statement !== 'ROLLBACK') return;
    // The pool keeps no client that is ending, so that nobody gets this one, not even at once.
    void this.end();
    this.connection.stream.destroy();
  }
}

/** Work that goes on after a failed statement commits nothing. */
function requireKept(answer: pg.QueryResult): pg.QueryResult {
  if (answer.command === 'COMMIT') return answer;
  throw new Error('The transaction was rolled back: a statement in it had failed.');
}

const withoutNul = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;

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
      Client: CarefulClient,
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
  extra: { ...extraOf(options), Client: SslClient, ...NO_LIMITS },
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
