// Runs the suites. `npm test`: rules, HTTP end to end, attacks and browser once, on SQLite. `npm run test:all`: also
// what starts engines and servers of its own, HTTP end to end on PostgreSQL and Redis, and on each other Node what may
// come out otherwise there (`suites/which.mjs`). What a suite needs beyond Node is looked for first
// (`suites/needs.mjs`); a suite whose need is not met is named at the end, and with REQUIRE_ALL=1 that is a failure.
// Words after `npm test --` go to Jest, which then runs once.
import { failures, run, runs } from './suites/jest-run.mjs';
import { engines, first, unmet } from './suites/needs.mjs';
import { startPostgres } from './suites/postgres-of-the-run.mjs';
import { LONG, NOT_IN_PROCESS, ON_EACH_NODE, ON_STORES_OF_ITS_OWN } from './suites/which.mjs';

const { env } = process;
const [all, words] = [process.argv[2] === '--all', process.argv.slice(process.argv[2] === '--all' ? 3 : 2)];

/** What it also has to run on, beside the Node that this runs on. */
const OTHER_NODES = ['20', '22', '24'].filter(major => !process.versions.node.startsWith(`${major}.`));
/** Of these, which other stores are tried on which: each has to be tried, not all with each. */
const ON_BOTH = '20';
const ON_POSTGRES = '22';

const without = unmet.flatMap(([, paths]) => paths);
const wanted =
  all || words.length > 0 ? unmet : unmet.filter(([, paths]) => !paths.every(path => LONG.includes(path)));
const skipped = wanted.map(([, paths, what]) => `${paths.join(', ')}: needs ${what}`);

if (words.length > 0) run('The suites asked for', { args: words, without });
else if (!all)
  run('Rules, HTTP end to end, attacks and browser, on SQLite', { without: [...without, ...LONG] });
else await runAll();

console.log('');
for (const { name, passed, failed, skipped: left, seconds, processor } of runs)
  console.log(
    `${name}: ${passed} passed, ${failed} failed, ${left} skipped, in ${seconds} s (${processor} s of a processor)`,
  );
for (const failure of failures) console.log(`Failed: ${failure}`);
for (const suite of skipped) console.log(`Skipped: ${suite}.`);
if (!all && words.length === 0)
  console.log(
    'Left out: crashes, moves, several nodes, failing engines, PostgreSQL, Redis and other versions of Node. ' +
      '"npm run test:all" runs it all.',
  );
const total = count => runs.reduce((sum, each) => sum + each[count], 0);
console.log(`Tests: ${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`);
let green = runs.every(each => each.green);
if (skipped.length > 0 && env.REQUIRE_ALL === '1') {
  console.error('REQUIRE_ALL=1: a skipped suite is a failure.');
  green = false;
}
process.exit(green ? 0 : 1);

async function runAll() {
  const postgres = engines && env.TEST_POSTGRES_URL === undefined ? await startPostgres() : null;
  if (postgres !== null) env.TEST_POSTGRES_URL = postgres.url;
  run('Every suite, on SQLite or on its own engines', { without });
  runOnOthers();
  await postgres?.stop();
}

function runOnOthers() {
  const inProcess = [...without, ...NOT_IN_PROCESS, ...ON_STORES_OF_ITS_OWN];
  const others = OTHER_NODES.filter(major => first(env[`NODE${major}`]) !== undefined);
  /** Of each of these, the files that it ran already, on whatever stores. */
  const ran = Object.fromEntries(others.map(major => [major, []]));
  /** On an older Node where there is one. */
  const onOther = (major, name, which) => {
    if (!others.includes(major)) run(name, which);
    else ran[major].push(...run(`${name}, on Node ${major}`, { ...which, node: env[`NODE${major}`] }));
  };
  if (engines) {
    const attacks = { only: ['test/attacks'], without: inProcess };
    onOther(ON_POSTGRES, 'Attacks, on PostgreSQL', { ...attacks, stores: 'postgres' });
    run('Attacks, on SQLite and Redis', { ...attacks, stores: 'sqlite+redis' });
    const both = { stores: 'postgres+redis', without: inProcess };
    onOther(ON_BOTH, 'HTTP end to end, on PostgreSQL and Redis', both);
  }
  for (const major of others)
    run(`What depends on the version of Node, on Node ${major}`, {
      node: env[`NODE${major}`],
      only: ON_EACH_NODE,
      without,
      except: ran[major],
    });
  for (const major of OTHER_NODES.filter(each => !others.includes(each)))
    skipped.push(
      `Everything on Node ${major}: needs it (npm package "node@${major}", NODE${major}=its binary)`,
    );
}
