// Runs every suite. What a suite needs beyond Node is looked for first; a suite whose need is not met is
// named at the end, and with REQUIRE_ALL=1 that is a failure. Words after `npm test --` go to Jest.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const { env } = process;
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const chromium = [env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const node24 = [
  env['NODE24'] ?? '',
  ...(process.versions.node.startsWith('24.') ? [process.execPath] : []),
].find(existsSync);
const words = process.argv.slice(2);
const skipped = [];

/** Runs Jest on `node`. @returns whether everything passed. */
function run(node, ...args) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const { status } = spawnSync(node, [...flags, jest, ...args], {
    stdio: 'inherit',
    env: { ...env, CHROMIUM: chromium ?? '' },
  });
  return status === 0;
}

if (chromium === undefined)
  skipped.push('test/browser needs Chromium (Debian package "chromium", or CHROMIUM=path)');
const withoutBrowser =
  chromium === undefined ? ['--testPathIgnorePatterns', '/node_modules/', 'test/browser/'] : [];
let passed = run(process.execPath, ...words, ...withoutBrowser);

if (words.length === 0) {
  if (node24 === undefined) {
    skipped.push('the e2e suites on Node 24 need it (npm package "node@24", NODE24=path to its binary)');
  } else if (node24 !== process.execPath) {
    console.log('\nThe e2e suites and the built server again, on Node 24:');
    passed = run(node24, '--testPathIgnorePatterns', '/node_modules/', 'test/browser/', '/src/') && passed;
  }
}

for (const suite of skipped) console.log(`Skipped: ${suite}.`);
if (skipped.length > 0 && env['REQUIRE_ALL'] === '1') {
  console.error('REQUIRE_ALL=1: a skipped suite is a failure.');
  passed = false;
}
process.exit(passed ? 0 : 1);
