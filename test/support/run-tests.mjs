// Runs every suite. What a suite needs beyond Node is looked for first; a suite whose need is not met is
// named at the end, and with REQUIRE_ALL=1 that is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Suites with a need: the folder they are in, what they need, and whether it is there. */
const needs = [
  { folder: 'test/browser/', need: 'Chromium (Debian package "chromium")', met: chromium !== undefined },
];
const skipped = needs.filter(({ met }) => !met);

const jest = require.resolve('jest/bin/jest');
const ignored = ['/node_modules/', ...skipped.map(({ folder }) => folder)];
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    '--testPathIgnorePatterns',
    ...ignored,
    '--',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env, CHROMIUM: process.env['CHROMIUM'] ?? chromium ?? '' } },
);

for (const { folder, need } of skipped) console.log(`Skipped: ${folder} needs ${need}.`);
const missing = process.env['REQUIRE_ALL'] === '1' && skipped.length > 0;
if (missing) console.error('REQUIRE_ALL=1: a skipped suite is a failure.');
process.exit(status === 0 && !missing ? 0 : 1);
