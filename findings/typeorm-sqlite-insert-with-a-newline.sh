#!/usr/bin/env bash
# typeorm 0.3.31 with sqlite3 6.0.1 (SQLite 3.52.0): whether `query()` knows how many rows an INSERT has added, or gives
# the rows of its RETURNING, depends on the very first letters of the text; it is one or the other.
#
# What most would expect: white space before a statement means nothing. `QueryRunner.query(text, values, true)` says in
# `affected` how many rows an INSERT has added, and in `records` what its RETURNING gave.
#
# What happens: the driver looks whether the text starts with exactly "INSERT " (or UPDATE, DELETE) and then asks SQLite
# for no rows; every other text is taken for one that reads. With a newline in front, or in lower case, `affected` is
# undefined and RETURNING gives its rows; without, the rows are not given, and with RETURNING `affected` is 0 although the row is there.
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
const source = await new DataSource({ type: 'sqlite', database: ':memory:' }).initialize();
await source.query('CREATE TABLE notes (name text)');
const runner = source.createQueryRunner();
const done = async text => {
  const { affected, records } = await runner.query(text, [], true);
  return `affected ${affected}, rows ${records?.length ?? 0}`;
};
const insert = "INSERT INTO notes VALUES ('a') RETURNING name";
const [plain, newline, lower] = [await done(insert), await done(`\n${insert}`), await done(insert.toLowerCase())];
console.log('INSERT … RETURNING:', plain, '(expected: affected 1, rows 1)');
console.log('a newline before it:', newline, '(expected: the same)');
console.log('in lower case:', lower, '(expected: the same)');
const [{ count }] = await source.query('SELECT count(*) AS count FROM notes');
console.log('rows in the table:', count);
process.exit(count === 3 && plain === 'affected 0, rows 0' && newline === 'affected undefined, rows 1' && lower === newline ? 0 : 1);
JS
if node see.js; then echo 'As described.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
