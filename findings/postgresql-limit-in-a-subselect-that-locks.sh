#!/usr/bin/env bash
# PostgreSQL 15.20: `DELETE … WHERE id IN (SELECT … LIMIT 2 FOR UPDATE SKIP LOCKED)` deletes more than two rows, by the plan
# that is taken.
#
# What most would expect: a sub-select without a reference to the outer row is worked out once, so at most two rows go,
# whichever way the planner takes. It is how batches of a queue or of old rows are claimed in many places.
#
# What happens: with a nested loop whose inner side is the sub-select, and nothing that keeps its result, it is run again for
# each outer row. Rows that this statement has deleted already are skipped as if somebody had locked them, so LIMIT gives the
# next two each time, and all go. Small tables without statistics come to such a plan by themselves now and then; here the
# other ways are switched off. As an array, `= ANY (ARRAY(SELECT …))`, it is worked out once with any plan.
# (https://www.postgresql.org/docs/15/sql-select.html says of SKIP LOCKED that it gives an inconsistent view of the data, and
# nothing of this.)
#
# Needs a PostgreSQL to connect to: POSTGRES_URL, or else 127.0.0.1:5432 as "postgres". Makes only a temporary table.
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed.
set -euo pipefail
export POSTGRES_URL="${POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --no-audit --no-fund --silent pg@8.23.1
cat >see.js <<'JS'
import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.POSTGRES_URL });
await client.connect();
console.log((await client.query('SELECT version()')).rows[0].version);
await client.query('CREATE TEMPORARY TABLE jobs (id integer PRIMARY KEY, due integer)');
const two = 'SELECT id FROM jobs WHERE due <= 1 LIMIT 2 FOR UPDATE SKIP LOCKED';
const asked = { list: `IN (${two})`, array: `= ANY (ARRAY(${two}))` };
const ways = ['hashagg', 'sort', 'hashjoin', 'mergejoin', 'material', 'indexscan', 'bitmapscan'];
const gone = {};
for (const kind of ['list', 'array'])
  for (const planner of ['as it comes', 'nested loop']) {
    for (const way of ways) await client.query(`SET enable_${way} = ${planner === 'as it comes' ? 'on' : 'off'}`);
    await client.query('TRUNCATE jobs');
    await client.query('INSERT INTO jobs SELECT number, 1 FROM generate_series(1, 6) number');
    const { rowCount } = await client.query(`DELETE FROM jobs WHERE id ${asked[kind]}`);
    gone[`${kind}, ${planner}`] = rowCount;
    console.log(`${kind}, ${planner}: ${rowCount} of 6 deleted (asked for: 2)`);
  }
await client.end();
process.exit(gone['list, nested loop'] === 6 && gone['array, nested loop'] === 2 && gone['list, as it comes'] === 2 ? 0 : 1);
JS
if node see.js; then echo 'As described: by the plan, all are deleted.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
