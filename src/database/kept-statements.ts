import sqlite3 from 'sqlite3';

/** How many different statements a connection keeps ready: more than this program has, whatever a team adds. */
const MOST = 300;

/** What is worth keeping: what changes the schema or a setting is done once, and some settings work while they are parsed. */
const KEPT = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK TO)\b/i;

/** TypeORM writes numbers into its texts for SQLite: with an instant in it a text hardly ever comes again. */
const ONCE_ONLY = /\d{10}/;

/** Whoever hears of the end of a statement, as the driver calls them. */
type Done = (error: Error | null, ...more: readonly unknown[]) => void;

/**
 * A connection to SQLite that keeps statements ready once they were parsed: the plain driver parses each one anew, in a
 * journey to another thread of its own, which costs three times what running it does. Their texts are ours, with the
 * values beside them, so there are few different ones.
 */
export class KeepingDatabase extends sqlite3.Database {
  /** The last used last. */
  private readonly kept = new Map<string, sqlite3.Statement>();
  /** Those that are parsed for the first time. */
  private readonly inTheMaking = new Set<string>();
  private isClosing = false;

  override all(sql: string, ...rest: unknown[]): this {
    const statement = this.statementFor(sql, rest.at(-1));
    if (statement === null) return super.all(sql, ...rest);
    statement.all(...resetting(statement, rest));
    return this;
  }

  override run(sql: string, ...rest: unknown[]): this {
    const statement = this.statementFor(sql, rest.at(-1));
    if (statement === null) return super.run(sql, ...rest);
    statement.run(...resetting(statement, rest));
    return this;
  }

  /** SQLite closes no file that has statements. */
  override close(done?: (error: Error | null) => void): void {
    this.isClosing = true;
    for (const statement of this.kept.values()) statement.finalize();
    this.kept.clear();
    super.close(done);
  }

  /** Null for what is not kept, or not yet. */
  private statementFor(sql: string, done: unknown): sqlite3.Statement | null {
    const found = this.kept.get(sql);
    if (found !== undefined) {
      this.kept.delete(sql);
      this.kept.set(sql, found);
      return found;
    }
    if (this.isClosing || this.inTheMaking.has(sql) || !KEPT.test(sql) || ONCE_ONLY.test(sql)) return null;
    this.inTheMaking.add(sql);
    const statement = this.prepare(sql, (error: Error | null) => {
      this.inTheMaking.delete(sql);
      if (error === null) this.keep(sql, statement);
      // It was none. Whoever asked hears of it from here alone.
      else if (isDone(done)) done(error);
    });
    return statement;
  }

  private keep(sql: string, statement: sqlite3.Statement): void {
    if (this.isClosing) return void statement.finalize();
    const [oldest] = this.kept;
    if (oldest !== undefined && this.kept.size >= MOST) {
      this.kept.delete(oldest[0]);
      oldest[1].finalize();
    }
    this.kept.set(sql, statement);
  }
}

/**
 * What failed is set back before anybody hears of it. A statement that met another process' lock has not ended for SQLite
 * until then, and as long as one that writes has not, SQLite commits nothing on its connection: not even what it has said
 * is done.
 */
function resetting(statement: sqlite3.Statement, rest: readonly unknown[]): readonly unknown[] {
  const done = rest.at(-1);
  if (!isDone(done)) return rest;
  const careful = function (this: unknown, error: Error | null, ...more: readonly unknown[]): void {
    if (error === null) done.call(this, error, ...more);
    else statement.reset(() => done.call(this, error));
  };
  return [...rest.slice(0, -1), careful];
}

const isDone = (value: unknown): value is Done => typeof value === 'function';
