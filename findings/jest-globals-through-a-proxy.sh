#!/usr/bin/env bash
# jest 30.5.2 with its node environment: a mention of `Object`, `Map` or any other global that a file of tests or a module
# under test makes costs many times what it costs outside.
#
# What most would expect: code runs in Jest as fast as by itself, once it is loaded.
#
# What happens: each file runs in a context of its own, made with Node's `vm.createContext({})`. The global object of such a
# context has an interceptor, which looks each global up in the other object first, and which V8 cannot compile away.
# A context of `vm.constants.DONT_CONTEXTIFY` (Node 22.8 and later) has an ordinary global object.
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed. Needs Node 22.8 or later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --silent jest@30.5.2
cat >work.js <<'JS'
exports.work = () => {
  const began = process.hrtime.bigint();
  let kept = 0;
  for (let n = 0; n < 2_000_000; n++) kept += Object === Map ? 1 : 2;
  return { kept, milliseconds: Number(process.hrtime.bigint() - began) / 1e6 };
};
JS
cat >work.test.js <<'JS'
const { writeFileSync } = require('node:fs');
const { work } = require('./work.js');
test('the same work', () => {
  work();
  writeFileSync('inside.json', JSON.stringify(work()));
});
JS
npx jest --silent work.test.js 2>/dev/null
cat >see.js <<'JS'
const vm = require('node:vm');
const { readFileSync } = require('node:fs');
const code = readFileSync('work.js', 'utf8');
const inContext = context => {
  const run = vm.runInContext(`(function (exports, process) { ${code} })`, context);
  const own = {};
  run(own, process);
  own.work();
  return own.work().milliseconds;
};
const { work } = require('./work.js');
work();
const outside = work().milliseconds;
const inside = JSON.parse(readFileSync('inside.json', 'utf8')).milliseconds;
const plain = inContext(vm.createContext({}));
const ordinary = inContext(vm.createContext(vm.constants.DONT_CONTEXTIFY));
const each = ms => `${((ms * 1e6) / 4_000_000).toFixed(1)} ns`;
console.log('Node', process.version, 'four million mentions of a global, each of them:');
console.log('outside of Jest:', each(outside));
console.log('in Jest:', each(inside), '(expected: the same)');
console.log('vm.createContext({}):', each(plain));
console.log('vm.createContext(vm.constants.DONT_CONTEXTIFY):', each(ordinary));
process.exit(inside > 5 * outside && plain > 5 * outside && ordinary < plain / 3 ? 0 : 1);
JS
if node see.js; then echo 'As described.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
