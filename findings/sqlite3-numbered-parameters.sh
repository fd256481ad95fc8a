#!/usr/bin/env bash
# sqlite3 6.0.1 (SQLite 3.52.0): `$1`, `$2` … with an array of values are bound in the order in which they first stand in
# the text, not by their numbers.
#
# What most would expect: `$2` is the second value, as in PostgreSQL, and as SQLite's own `?2` is.
#
# What happens: to SQLite `$1` is a name like `$anything`, and names get their places in the order in which they are
# met; the values of an array go to the places. The same text and values mean something else on the two engines.
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
const db = new sqlite3.Database(':memory:');
const asked = text =>
  new Promise((resolve, reject) =>
    db.get(text, ['one', 'two'], (error, row) => (error ? reject(error) : resolve(`${row.first}, ${row.second}`))),
  );
const dollars = await asked('SELECT $2 AS second, $1 AS first');
const marks = await asked('SELECT ?2 AS second, ?1 AS first');
console.log('with $2 before $1:', dollars, '(expected: one, two)');
console.log('with ?2 before ?1:', marks);
process.exit(dollars === 'two, one' && marks === 'one, two' ? 0 : 1);
JS
if node see.js; then echo 'As described: $2 is the first value where it stands first.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
