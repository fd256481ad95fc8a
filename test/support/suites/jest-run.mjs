import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { chromium } from './needs.mjs';
import { SHARES, SHARES_ON_ENGINES, SHARES_WITH_BROWSERS, together } from './shares.mjs';
import { keep, spent } from './times.mjs';
import { ALONE, chosen, hasOneOf, IN_BROWSERS } from './which.mjs';

const { env } = process;
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');

/** What each run of Jest came to. */
export const runs = [];

/** Every test that failed, to be told once more at the end: a long output may be read from there alone. */
export const failures = [];

/**
 * Runs Jest on `node`, on `stores`: the files that have one of `only`, without those that have one of `without` and
 * those in `except`; or what the words `args` say to Jest.
 * @returns {string[]} the files, where no words said which.
 */
export function run(name, { node = process.execPath, stores, only = [], without = [], except = [], args }) {
  console.log(`\n${name}:`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'));
  const [results, times] = [join(folder, 'results.json'), join(folder, 'times')];
  const begun = spent();
  const files = chosen(only, without).filter(path => !except.includes(path));
  const { words, made } = args === undefined ? theseFiles(files, stores) : asked(args, without);
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const { status } = spawnSync(node, [...flags, jest, '--json', '--outputFile', results, ...words], {
    // With --json Jest would print the results as well.
    stdio: ['inherit', 'ignore', 'inherit'],
    env: {
      ...env,
      CHROMIUM: chromium ?? '',
      TEST_STORES: stores ?? env.TEST_STORES ?? 'sqlite',
      TEST_TIMES: times,
    },
  });
  note(name, status === 0, begun, existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : null);
  if (existsSync(times)) keep(timesIn(readFileSync(times, 'utf8')));
  for (const each of [folder, ...made]) rmSync(each, { recursive: true });
  return files;
}

/** Most files run in shares; what takes long, or waits, by itself. */
function theseFiles(files, stores) {
  const of = patterns => files.filter(path => hasOneOf(path, patterns));
  const alone = of(ALONE);
  const others = files.filter(path => !alone.includes(path));
  const made =
    of(IN_BROWSERS).length > 0
      ? together(others, SHARES_WITH_BROWSERS, 'clock')
      : together(others, stores === undefined ? SHARES : SHARES_ON_ENGINES);
  return { made, words: ['--runTestsByPath', ...made, ...alone, '--testPathIgnorePatterns', '/none/'] };
}

const asked = (args, without) => ({
  made: [],
  words: [...args, '--testPathIgnorePatterns', '/node_modules/', ...without],
});

function note(name, green, begun, counted) {
  for (const file of counted?.testResults ?? [])
    failures.push(...failuresIn(file).map(line => `${name}: ${line}`));
  const [seconds, processor] = spent().map((now, n) => Math.round((now - begun[n]) / 1000));
  runs.push({
    name,
    green,
    seconds,
    processor,
    passed: counted?.numPassedTests ?? 0,
    failed: (counted?.numFailedTests ?? 0) + (counted?.numRuntimeErrorTestSuites ?? 0),
    skipped: (counted?.numPendingTests ?? 0) + (counted?.numTodoTests ?? 0),
  });
}

/** The names of a file's tests that failed, with what they said first; the file's own where it did not run. */
const failuresIn = ({ name, status, message, assertionResults }) => {
  const failed = assertionResults.filter(test => test.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${name} ${firstLines(message)}`] : [];
  return failed.map(({ fullName, failureMessages: [said = ''] }) => `${fullName} ${firstLines(said)}`);
};

/** What somebody sees of it at a glance, without the colours. */
const firstLines = text => `(${stripVTControlCharacters(text).replace(/\s+/g, ' ').slice(0, 300)})`;

/** What the files noted, without the shares, which are never the same again. */
const timesIn = lines =>
  Object.fromEntries(
    lines
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ path }) => !path.startsWith('node_modules/'))
      .map(({ path, clock, processor }) => [path, { clock, processor }]),
  );
