// Runs the suites. `npm test`: rules, HTTP end to end, attacks and browser once, on SQLite. `npm run test:all`: also
// what starts engines and servers of its own, and everything again on the other stores and on the other Node.
// What a suite needs beyond Node is looked for first; a suite whose need is not met is named at the end, and with
// REQUIRE_ALL=1 that is a failure. Words after `npm test --` go to Jest, which then runs once.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const { env } = process;
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const [all, words] = [process.argv[2] === '--all', process.argv.slice(process.argv[2] === '--all' ? 3 : 2)];

/** Suites by the beginnings of their paths: with engines of their own, with the built server, and both. */
const ON_ENGINES = [
  'test/nodes/',
  'test/process/(move|encrypted|evicted|two-servers|draining|no-tables)',
  'test/engine-',
  'test/[a-z]*-?session-stores?\\.',
  'test/attempt-stores',
  'test/postgres-',
];
const LONG = ['test/process/', 'test/mail-spam', ...ON_ENGINES];
/** What runs as a file of its own: it takes long, or waits for others more than it works. */
const ALONE = ['test/browser/', ...LONG];
/** What it also has to run on, beside the Node that this runs on. */
const OTHER_NODES = ['20', '22', '24'].filter(major => !process.versions.node.startsWith(`${major}.`));
/** Of these, where HTTP end to end runs on PostgreSQL with Redis: each has to be tried, not all with each. */
const ON_BOTH = '20';
/** Files of many files' tests, in a run. */
const SHARES = 4;
/** What starts an application within the test's own process and asks it over HTTP. */
const NOT_IN_PROCESS = [
  'test/engine-',
  'test/browser/',
  'test/process/',
  'test/nodes/',
  '/src/',
  '\\.spec\\.ts',
];

/** Every file of tests, from the project's root, with what it weighs. */
const files = ['src', 'test']
  .flatMap(root => readdirSync(root, { recursive: true }).map(path => `${root}/${path}`))
  .filter(path => /\.(e2e-)?spec\.ts$/.test(path));

/** Whether a path has one of these. */
const hasOneOf = (path, patterns) => patterns.some(pattern => new RegExp(pattern).test(`/${path}`));

/**
 * Makes few files of many: each runs its share of them after one another, with the program loaded once
 * (`together.ts`). Twice as many shares as workers, of about the same size, so that both end at about the same time.
 */
function together(paths) {
  const folder = 'node_modules/.cache/together';
  mkdirSync(folder, { recursive: true });
  const heaviestFirst = paths.sort((one, other) => statSync(other).size - statSync(one).size);
  return Array.from({ length: Math.min(SHARES, paths.length) }, (_, share) => {
    const mine = heaviestFirst.filter((_, n) => n % SHARES === share);
    const names = mine.map(path => JSON.stringify(`../../${path.replace(/ts$/, 'js')}`));
    const file = join(folder, `${process.pid}-${share + 1}.mjs`);
    const words = `import { together } from '../../../test/support/together.js';\nawait together([${names.join()}]);\n`;
    writeFileSync(file, words);
    return file;
  });
}

/** What each run of Jest came to. */
const runs = [];

/** Every test that failed, to be told once more at the end: a long output may be read from there alone. */
const failures = [];

/** The names of a file's tests that failed, with what they said first; the file's own where it did not run. */
const failuresIn = ({ name, status, message, assertionResults }) => {
  const failed = assertionResults.filter(test => test.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${name} ${firstLines(message)}`] : [];
  return failed.map(({ fullName, failureMessages: [said = ''] }) => `${fullName} ${firstLines(said)}`);
};

/** What somebody sees of it at a glance, without the colours. */
const firstLines = text => `(${stripVTControlCharacters(text).replace(/\s+/g, ' ').slice(0, 300)})`;

/** Runs Jest on `node`: the files whose path begins with `only`, without those that have one of `without`. */
function run(
  name,
  { node = process.execPath, without = [], stores = env.TEST_STORES ?? 'sqlite', only = '', args },
) {
  console.log(`\n${name}:`);
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'));
  const results = join(folder, 'results.json');
  const begun = Date.now();
  const chosen = files.filter(path => path.startsWith(only) && !hasOneOf(path, without));
  const shares = args === undefined ? together(chosen.filter(path => !hasOneOf(path, ALONE))) : [];
  const which = args ?? ['--runTestsByPath', ...shares, ...chosen.filter(path => hasOneOf(path, ALONE))];
  const ignored = args === undefined ? ['/none/'] : ['/node_modules/', ...without];
  const { status } = spawnSync(
    node,
    [...flags, jest, '--json', '--outputFile', results, ...which, '--testPathIgnorePatterns', ...ignored],
    {
      // With --json Jest would print the results as well.
      stdio: ['inherit', 'ignore', 'inherit'],
      env: { ...env, CHROMIUM: chromium ?? '', TEST_STORES: stores },
    },
  );
  const counted = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : null;
  for (const file of counted?.testResults ?? [])
    failures.push(...failuresIn(file).map(line => `${name}: ${line}`));
  for (const made of [folder, ...shares]) rmSync(made, { recursive: true });
  runs.push({
    name,
    passed: counted?.numPassedTests ?? 0,
    failed: (counted?.numFailedTests ?? 0) + (counted?.numRuntimeErrorTestSuites ?? 0),
    skipped: (counted?.numPendingTests ?? 0) + (counted?.numTodoTests ?? 0),
    seconds: Math.round((Date.now() - begun) / 1000),
    green: status === 0,
  });
}

/** Whether something listens where a URL says. */
const answers = url =>
  new Promise(resolve => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

const first = (...paths) => paths.find(path => path !== undefined && existsSync(path));
// The same engine; without a window's parts a suite takes two thirds of the time.
const headless = '/usr/bin/chromium-headless-shell';
const chromium = first(env.CHROMIUM, headless, '/usr/bin/chromium', '/usr/bin/chromium-browser');
const engines =
  (await answers(env.TEST_POSTGRES_URL ?? 'postgres://127.0.0.1:5432')) &&
  (await answers(env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379')) &&
  first('/usr/bin/redis-server') !== undefined &&
  first('/usr/lib/postgresql') !== undefined;
const webkit = first('/usr/bin/WebKitWebDriver') && first('/usr/bin/Xvfb');
const firefox = first('/usr/bin/firefox-esr');
const nginx = first('/usr/sbin/nginx', '/usr/bin/nginx');
const spamassassin = first('/usr/bin/spamassassin');

/** Whether a test may make a small file system: as root, and not in a container that forbids it. */
const mounts = spawnSync('unshare', ['--mount', 'true']).status === 0 ? true : undefined;

/** What cannot run here, by the beginnings of paths, and why not. */
const needs = [
  [
    chromium,
    ['test/browser/'],
    'Chromium (Debian package "chromium-headless-shell" or "chromium", or CHROMIUM=path)',
  ],
  [firefox, ['test/browser/firefox'], 'Firefox (Debian package "firefox-esr")'],
  [webkit, ['test/browser/webkit'], 'WebKitGTK (Debian packages "webkit2gtk-driver" and "xvfb")'],
  [
    engines || undefined,
    ON_ENGINES,
    'PostgreSQL and Redis (Debian packages "postgresql" and "redis-server", running; TEST_POSTGRES_URL, TEST_REDIS_URL)',
  ],
  [
    mounts,
    ['test/process/full-disk'],
    'the right to mount a file system (root; Docker: --cap-add SYS_ADMIN)',
  ],
  [nginx, ['test/nodes/'], 'nginx (Debian package "nginx")'],
  [spamassassin, ['test/mail-spam'], 'SpamAssassin (Debian package "spamassassin")'],
].filter(([present]) => present === undefined);
const without = needs.flatMap(([, paths]) => paths);
const wanted =
  all || words.length > 0 ? needs : needs.filter(([, paths]) => !paths.every(path => LONG.includes(path)));
const skipped = wanted.map(([, paths, what]) => `${paths.join(', ')}: needs ${what}`);

if (words.length > 0) run('The suites asked for', { args: words, without });
else if (!all)
  run('Rules, HTTP end to end, attacks and browser, on SQLite', { without: [...without, ...LONG] });
else {
  run('Every suite, on SQLite or on its own engines', { without });
  const inProcess = [...without, ...NOT_IN_PROCESS];
  const both = { stores: 'postgres+redis', without: inProcess };
  const others = OTHER_NODES.filter(major => first(env[`NODE${major}`]) !== undefined);
  if (engines) {
    // Once, on whichever Node: an older one has to be tried anyway.
    if (!others.includes(ON_BOTH)) run('HTTP end to end, on PostgreSQL and Redis', both);
    for (const stores of ['postgres', 'sqlite+redis'])
      run(`Attacks, on ${stores}`, { stores, only: 'test/attacks/', without: inProcess });
  }
  const embedded = { without: [...without, ...ON_ENGINES, 'test/browser/', '/src/'] };
  for (const major of others) {
    const node = env[`NODE${major}`];
    if (major === ON_BOTH && engines) {
      run(`HTTP end to end, on PostgreSQL and Redis, on Node ${major}`, { node, ...both });
      run(`The built server, on Node ${major}`, { node, only: 'test/process/', ...embedded });
    } else run(`HTTP end to end and the built server, on Node ${major}`, { node, ...embedded });
  }
  for (const major of OTHER_NODES.filter(each => !others.includes(each)))
    skipped.push(
      `Everything on Node ${major}: needs it (npm package "node@${major}", NODE${major}=its binary)`,
    );
}

console.log('');
for (const { name, passed, failed, skipped: left, seconds } of runs)
  console.log(`${name}: ${passed} passed, ${failed} failed, ${left} skipped, in ${seconds} s`);
for (const failure of failures) console.log(`Failed: ${failure}`);
for (const suite of skipped) console.log(`Skipped: ${suite}.`);
if (!all && words.length === 0)
  console.log(
    'Left out: crashes, moves, several nodes, failing engines, and everything again on PostgreSQL, Redis and other versions of Node. ' +
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
