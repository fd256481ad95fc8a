// What each file of tests took when it ran here last: how files are dealt out to workers, and where to look first when
// the suites are slow. `node test/support/suites/times.mjs` prints the longest.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const RECORD = fileURLToPath(new URL('../../../node_modules/.cache/test-times.json', import.meta.url));

/**
 * What this process and those it started, as far as they have ended and it knows, have spent so far, in milliseconds.
 * @returns {readonly [clock: number, processor: number]}
 */
export function spent() {
  const { user, system } = process.cpuUsage();
  return [performance.timeOrigin + performance.now(), (user + system) / 1000 + ofChildren()];
}

/** Linux tells it in hundredths of a second; elsewhere nobody does. */
function ofChildren() {
  if (!existsSync('/proc/self/stat')) return 0;
  // After the name of the program, which may hold anything: proc(5), cutime and cstime.
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** @returns {Record<string, { clock: number, processor: number }>} milliseconds by the file's path from the root. */
export const known = () => (existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {});

/**
 * Keeps what the files of one run took, as {@link known} gives it, beside what is known of others. The file appears whole:
 * another run may read it meanwhile.
 */
export function keep(noted) {
  mkdirSync(dirname(RECORD), { recursive: true });
  const made = `${RECORD}.${process.pid}`;
  writeFileSync(made, JSON.stringify({ ...known(), ...noted }, null, 1));
  renameSync(made, RECORD);
}

/**
 * What a file is taken to need, in milliseconds.
 * @param by of what: `processor`, or `clock`.
 * @param guess of one that never ran here; else its size says it.
 */
export const expected = (path, times, by, guess = statSync(path).size / 6) => times[path]?.[by] ?? guess;

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const longest = Object.entries(known()).sort(([, one], [, other]) => other.processor - one.processor);
  console.log('seconds of a processor, seconds on the clock, file');
  for (const [path, { clock, processor }] of longest.slice(0, Number(process.argv[2] ?? 30)))
    console.log([processor, clock].map(ms => (ms / 1000).toFixed(1).padStart(7)).join(''), path);
}
