// Runs every suite, on each kind of stores that it is about. What a suite needs beyond Node is looked for first; a
// suite whose need is not met is named at the end, and with REQUIRE_ALL=1 that is a failure.
// Words after `npm test --` go to Jest, which then runs once.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';

const { env } = process;
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const words = process.argv.slice(2);

/** Runs Jest on `node`, without the suites whose path has one of `without`. @returns whether everything passed. */
function run(node, { without = [], stores = env.TEST_STORES ?? 'sqlite', args = [] }) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const ignored = ['--testPathIgnorePatterns', '/node_modules/', ...without];
  const { status } = spawnSync(node, [...flags, jest, ...args, ...ignored], {
    stdio: 'inherit',
    env: { ...env, CHROMIUM: chromium ?? '', TEST_STORES: stores },
  });
  return status === 0;
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
const chromium = first(env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser');
const node24 = first(env.NODE24, process.versions.node.startsWith('24.') ? process.execPath : undefined);
const engines =
  (await answers(env.TEST_POSTGRES_URL ?? 'postgres://127.0.0.1:5432')) &&
  (await answers(env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379')) &&
  first('/usr/bin/redis-server') !== undefined &&
  first('/usr/lib/postgresql') !== undefined;
const nginx = first('/usr/sbin/nginx', '/usr/bin/nginx');

/** What cannot run here, by the beginnings of paths, and why not. */
const needs = [
  [chromium, ['test/browser/'], 'Chromium (Debian package "chromium", or CHROMIUM=path)'],
  [
    engines || undefined,
    [
      'test/nodes/',
      'test/process/(move|encrypted|two-servers|draining|no-tables)',
      'test/engine-',
      'test/[a-z]*-?session-stores?\\.',
      'test/attempt-stores',
      'test/postgres-',
    ],
    'PostgreSQL and Redis (Debian packages "postgresql" and "redis-server", running; TEST_POSTGRES_URL, TEST_REDIS_URL)',
  ],
  [nginx, ['test/nodes/'], 'nginx (Debian package "nginx")'],
].filter(([present]) => present === undefined);
const without = needs.flatMap(([, paths]) => paths);
const skipped = needs.map(([, paths, what]) => `${paths.join(', ')}: needs ${what}`);

let passed;
if (words.length > 0) passed = run(process.execPath, { args: words, without });
else {
  passed = run(process.execPath, { without });
  const inProcess = [
    ...without,
    'test/engine-',
    'test/browser/',
    'test/process/',
    'test/nodes/',
    '/src/',
    '\\.spec\\.ts',
  ];
  if (engines) {
    console.log('\nThe e2e suites again, on PostgreSQL and Redis:');
    passed = run(process.execPath, { stores: 'postgres+redis', without: inProcess }) && passed;
    for (const stores of ['postgres', 'sqlite+redis']) {
      console.log(`\nThe attacks again, on ${stores.replace('+', ' and ')}:`);
      passed = run(process.execPath, { stores, args: ['test/attacks'], without: inProcess }) && passed;
    }
  }
  if (node24 === undefined) {
    skipped.push('the e2e suites on Node 24: need it (npm package "node@24", NODE24=path to its binary)');
  } else if (node24 !== process.execPath) {
    console.log('\nThe e2e suites and the built server again, on Node 24:');
    passed = run(node24, { without: [...without, 'test/engine-', 'test/browser/', '/src/'] }) && passed;
  }
}

for (const suite of skipped) console.log(`Skipped: ${suite}.`);
if (skipped.length > 0 && env.REQUIRE_ALL === '1') {
  console.error('REQUIRE_ALL=1: a skipped suite is a failure.');
  passed = false;
}
process.exit(passed ? 0 : 1);
