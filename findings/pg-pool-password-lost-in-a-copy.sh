#!/usr/bin/env bash
# pg 8.23.1 with pg-pool 3.14.0: a client class of one's own that copies its settings, to add one, never gives the password.
#
# What most would expect: `new pg.Pool({ ..., Client: Own })` gives `Own` the settings of the pool, and
# `super({ ...settings, keepAlive: true })` is the same client with one setting more. User, host and database are.
#
# What happens: the pool has made `password` a property that is not enumerable, so that no log shows it. A spread, a rest
# (`{ mine, ...settings }`) or `Object.assign` leaves it out without a word. Against a server that asks for no password, as
# most on a developer's machine, nothing shows; another one is told nothing, and `PGPASSWORD` is taken if it is set.
# The same settings given to a client without a pool keep it.
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --silent pg@8.23.1 pg-pool@3.14.0
cat >see.js <<'JS'
const pg = require('pg');
delete process.env.PGPASSWORD;
const settings = { host: '127.0.0.1', port: 1, user: 'ada', database: 'notes', password: 'a password' };
const seen = {};
class Own extends pg.Client {
  constructor(given) {
    super({ ...given, keepAlive: true });
    Object.assign(seen, { user: this.user, password: this.password, given: given.password });
  }
}
const alone = new Own(settings).password;
new pg.Pool({ ...settings, Client: Own }).connect().catch(() => {
  console.log('without a pool, the client has the password:', alone === settings.password);
  console.log('from a pool, it has the user:', seen.user === settings.user);
  console.log('from a pool, it was given the password:', seen.given === settings.password);
  console.log('from a pool, it has the password:', seen.password === settings.password, '(expected: true)');
  const as = alone === seen.given && seen.given === settings.password && seen.password === null;
  process.exit(as && seen.user === settings.user ? 0 : 1);
});
JS
if node see.js; then echo 'As described.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
