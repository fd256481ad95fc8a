#!/usr/bin/env bash
# typeorm 0.3.31 with sqlite3 6.0.1 (SQLite 3.52.0): after one transaction that SQLite has rolled back by itself, as it
# does when the disk is full, every later transaction of the DataSource is kept by nobody.
#
# What most would expect: `dataSource.transaction()` that resolves has committed. A transaction that failed, for whatever
# reason, has ended; the next one begins with BEGIN and ends with COMMIT.
#
# What happens: SQLite answers SQLITE_FULL and has ended the transaction (sqlite.org/lang_transaction.html, "automatic
# rollback"). TypeORM's ROLLBACK is then answered "cannot rollback - no transaction is active"; the error is dropped,
# isTransactionActive stays true and transactionDepth stays 1. The next transaction is SAVEPOINT ... RELEASE without a
# BEGIN. After one more failure of any kind (here: UNIQUE) the savepoint that SQLite opened a transaction with stays, so
# that transactions which resolve are inside one that never ends. Another connection sees none of them, cannot write
# (SQLITE_BUSY), and they are gone when the process ends.
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --no-audit --no-fund --silent typeorm@0.3.31 sqlite3@6.0.1 reflect-metadata@0.2.2
cat >see.js <<'JS'
import { DataSource } from 'typeorm';
const database = 'see.sqlite';
const source = await new DataSource({ type: 'sqlite', database, enableWAL: true }).initialize();
const outside = await new DataSource({ type: 'sqlite', database, busyTimeout: 1 }).initialize();
await source.query('CREATE TABLE notes (name text UNIQUE, more blob)');
const add = (name, bytes = 1) =>
  source.transaction(manager => manager.query('INSERT INTO notes VALUES (?, zeroblob(?))', [name, bytes])).then(
    () => `${name}: resolved`,
    error => `${name}: ${error.message}`,
  );
const [{ page_count }] = await source.query('PRAGMA page_count');
await source.query(`PRAGMA max_page_count = ${page_count + 1}`);
console.log(await add('too big', 100_000));
await source.query('PRAGMA max_page_count = 1000000');
for (const name of ['first', 'first', 'second', 'third']) console.log(await add(name));
const seen = (await outside.query('SELECT name FROM notes ORDER BY rowid')).map(({ name }) => name);
const busy = await outside.query("INSERT INTO notes VALUES ('other', NULL)").then(() => 'resolved', error => error.message);
console.log('another connection sees:', seen.join(', '), '(expected: first, second, third)');
console.log('another connection writes:', busy, '(expected: resolved)');
process.exit(seen.join() === 'first' && /SQLITE_BUSY/.test(busy) ? 0 : 1);
JS
if node see.js; then echo 'As described: two transactions that resolved are not kept.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
