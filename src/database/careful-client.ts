import pg from 'pg';
import { SslClient } from './postgres-ssl.js';
import { nameOfReady } from './ready-statements.js';

/**
 * How every transaction begins, whatever the role, the database or a pooler makes the default: our locks are made for
 * READ COMMITTED (`locks.ts`), where whoever waited for a row reads it as it is then, and does not fail.
 */
const BEGIN = 'START TRANSACTION ISOLATION LEVEL READ COMMITTED';

/**
 * Statements without an answer are given up, but their connection would wait on: this one is closed. So is one that
 * would not roll back, or the pool would hand it on with its transaction open. A COMMIT that PostgreSQL answers with
 * ROLLBACK, because a statement before it had failed, is an error. And U+0000,
 * which PostgreSQL's text cannot hold, becomes U+FFFD on the way, as HTML has it: nobody has such a name.
 */
export class CarefulClient extends SslClient {
  private direct = false;

  constructor(config: pg.ClientConfig) {
    super(config);
    const ask = this.query;
    const query = (statement: string, values?: readonly unknown[], ...more: readonly unknown[]) => {
      const said = statement === 'START TRANSACTION' ? BEGIN : statement;
      const name = this.direct && values !== undefined ? nameOfReady(said) : null;
      const asked = name === null ? said : { name, text: said };
      const answer: unknown = Reflect.apply(ask, this, [asked, values?.map(withoutNul), ...more]);
      if (!(answer instanceof Promise)) return answer;
      answer.catch((error: unknown) => this.closeIfUseless(statement, error));
      return statement === 'COMMIT' ? answer.then(requireKept) : answer;
    };
    Object.defineProperty(this, 'query', { value: query });
  }

  /**
   * The server process that answers. Where it is the one that took the connection, no pooler shares it out between
   * transactions, which tells its clients of another process, and statements may be kept ready in it.
   */
  answeredBy(process: number): void {
    this.direct = process === Reflect.get(this, 'processID');
  }

  /** Whether no pooler stands between, as far as is known. */
  get isOurs(): boolean {
    return this.direct;
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
