#!/usr/bin/env bash
# typeorm 0.3.31 with pg 8: `dataSource.transaction()` resolves although PostgreSQL has rolled the transaction back.
#
# What most would expect: a transaction that resolves is kept. PostgreSQL answers the COMMIT of a transaction in which a
# statement has failed with the command tag ROLLBACK instead of COMMIT
# (https://www.postgresql.org/docs/current/protocol-flow.html, https://www.postgresql.org/docs/current/sql-commit.html),
# so a driver's user who catches the error of one statement and goes on would expect the transaction to reject.
#
# What happens: the tag is not looked at, the transaction resolves with the value of its work, nothing is kept.
#
# Needs a PostgreSQL to connect to: POSTGRES_URL, or else 127.0.0.1:5432 as "postgres". Makes only a temporary table.
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed.
set -euo pipefail
export POSTGRES_URL="${POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --no-audit --no-fund --silent typeorm@0.3.31 pg@8.23.1 reflect-metadata@0.2.2
cat >see.js <<'JS'
import { DataSource } from 'typeorm';
const source = await new DataSource({ type: 'postgres', url: process.env.POSTGRES_URL, poolSize: 1, installExtensions: false }).initialize();
await source.query('CREATE TEMPORARY TABLE notes (name text UNIQUE)');
const outcome = await source
  .transaction(async manager => {
    await manager.query("INSERT INTO notes VALUES ('one')");
    // A value that is there already: caught, as if it did not matter.
    await manager.query("INSERT INTO notes VALUES ('one')").catch(() => undefined);
    return 'kept';
  })
  .catch(error => `rejected: ${error.message}`);
const [{ count }] = await source.query('SELECT count(*)::int AS count FROM notes');
console.log(`the transaction resolved with: ${outcome} (expected: rejected)`);
console.log(`rows in the table: ${count}`);
await source.destroy();
process.exit(outcome === 'kept' && count === 0 ? 0 : 1);
JS
if node see.js; then echo 'As described: a transaction that resolved is not kept.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
