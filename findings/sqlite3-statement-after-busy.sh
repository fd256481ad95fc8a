#!/usr/bin/env bash
# sqlite3 6.0.1 (SQLite 3.52.0): a prepared statement that met another connection's lock is not reset. As long as it is
# kept, its connection keeps nothing of what it has said is written, and loses it.
#
# What most would expect: a `Statement` whose `run` has called back, with an error or without, has ended. The next write
# on the same connection that calls back without an error is in the file, and another connection sees it.
#
# What happens: SQLite does not halt a statement that it answers SQLITE_BUSY, so that it may be stepped again
# (sqlite.org/c3ref/step.html), and the binding resets a statement only when it is used the next time or finalized. The
# statement stays active, and with it what the next writes begin: they call back without an error, their own connection
# sees them, no other one does or gets the lock, and when the old statement is reset they are gone. With `db.run` it does
# not happen: that finalizes its statement. Resetting each statement right after its error helps.
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --no-audit --no-fund --silent sqlite3@6.0.1
cat >see.js <<'JS'
import sqlite3 from 'sqlite3';
import { promisify } from 'node:util';
const open = () =>
  new Promise(resolve => {
    const db = new sqlite3.Database('see.sqlite', () => resolve(db));
  });
const of = db => ({ run: promisify(db.run.bind(db)), all: promisify(db.all.bind(db)) });
const [db, other] = [await open(), await open()];
const [mine, theirs] = [of(db), of(other)];
await mine.run('PRAGMA journal_mode = WAL');
await mine.run('CREATE TABLE notes (name text)');
for (const one of [mine, theirs]) await one.run('PRAGMA busy_timeout = 50');
const statement = db.prepare("INSERT INTO notes VALUES ('kept statement')");
const run = () => new Promise(resolve => statement.run(error => resolve(error?.message ?? 'no error')));
await theirs.run('BEGIN IMMEDIATE');
console.log('while another connection writes:', await run());
await theirs.run('COMMIT');
const said = await mine.run("INSERT INTO notes VALUES ('written')").then(() => 'no error', error => error.message);
const names = async () => (await theirs.all('SELECT name FROM notes')).map(({ name }) => name).join() || 'nothing';
const before = await names();
const own = (await mine.all('SELECT name FROM notes')).map(({ name }) => name).join();
const lock = await theirs.run('BEGIN IMMEDIATE').then(() => theirs.run('COMMIT')).then(() => 'no error', error => error.message);
await new Promise(resolve => statement.reset(resolve));
const after = await names();
console.log('the next write:', said);
console.log('another connection sees:', before, '(expected: written)');
console.log('another connection writes:', lock, '(expected: no error)');
console.log('its own connection sees:', own);
console.log('after statement.reset() the other one sees:', after, '(expected: written)');
process.exit(said === 'no error' && before === 'nothing' && /BUSY/.test(lock) && own === 'written' && after === 'nothing' ? 0 : 1);
JS
if node see.js; then echo 'As described: what was written without an error is gone.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
