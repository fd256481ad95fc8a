// Jest gives each test file a world of its own and loads every module into it anew: 1,500 files of libraries, each
// looked up, read and compiled, which took longer than most suites. Here they become some forty files, once.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/bundled-packages');

/** Loaded as they are: binaries, a library that starts threads from its own files, styles, and what patches globals. */
const AS_THEY_ARE = ['sqlite3', '@node-rs/argon2', 'piscina', '@picocss/pico', 'reflect-metadata'];
const ONLY_TESTS_USE = ['@nestjs/testing', 'fast-check', 'smtp-server'];

/** What libraries expect around them, in each bundled file. */
const BANNER = [
  "import 'reflect-metadata';",
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  "const __dirname = __fileURLToPath(new URL('.', import.meta.url));",
].join(' ');

/**
 * Bundles the packages that the program and its tests import, unless that was done for these versions of them.
 * @returns {Promise<{ folder: string, mapper: Record<string, string> }>} where they are, and Jest's `moduleNameMapper`
 * for them: a pattern and the file.
 */
export async function bundledPackages() {
  const doors = importedDoors();
  const folder = join(CACHE, fingerprint(doors));
  if (!existsSync(folder)) await bundle(doors, folder);
  return { folder, mapper: { [`^(${doors.join('|').replaceAll('.', '\\.')})$`]: join(folder, '$1.mjs') } };
}

/** What is imported from packages, as it is written: `typeorm`, `typeorm/driver/sqlite/SqliteDriver.js`. */
function importedDoors() {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const packages = [...Object.keys(dependencies), ...ONLY_TESTS_USE].filter(
    name => !AS_THEY_ARE.includes(name),
  );
  const found = new Set();
  for (const folder of ['src', 'test'])
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts'))
        for (const [, name] of readFileSync(join(ROOT, folder, file), 'utf8').matchAll(IMPORT))
          if (packages.some(each => name === each || name.startsWith(`${each}/`))) found.add(name);
  return [...found].sort();
}

/** The end of a static or dynamic import. Imports of types alone do no harm here. */
const IMPORT = /(?:from |import\()'([^'.][^']*)'/g;

function fingerprint(doors) {
  const hash = createHash('sha256').update(doors.join());
  for (const file of ['package-lock.json', 'test/support/bundle-packages.mjs'])
    hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Writes one file a package and what they share. Two runs at once do no harm: the folder appears whole. */
async function bundle(names, folder) {
  mkdirSync(CACHE, { recursive: true });
  // Others may be running on what is younger, or may just have given it its name.
  const yesterday = Date.now() - 24 * 3600 * 1000;
  for (const old of readdirSync(CACHE).map(name => join(CACHE, name)))
    if ((statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? yesterday) < yesterday)
      rmSync(old, { recursive: true, force: true });
  const outdir = mkdtempSync(join(CACHE, 'new-'));
  const doors = Object.fromEntries(await Promise.all(names.map(async name => [name, await door(name)])));
  await bundleEntries(
    names.map(name => ({ in: `door:${name}`, out: name })),
    outdir,
    doors,
  );
  nameWhatNeedsIt(outdir);
  // Processes of other users read it as well.
  chmodSync(outdir, 0o755);
  try {
    renameSync(outdir, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** Bundles programs with what they import into a folder, as `.mjs`. @param entryPoints esbuild's: names with paths. */
export function bundleEntries(entryPoints, outdir, doors = {}) {
  return build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    banner: { js: BANNER },
    logLevel: 'warning',
    plugins: [doorsTo(doors)],
  });
}

/**
 * Classes keep their names, by which Nest and TypeORM know them. What esbuild does for it to every arrow function,
 * each time one comes into being, took a fifteenth of what applications took to start.
 */
function nameWhatNeedsIt(folder) {
  const files = readdirSync(folder).filter(file => file.startsWith('chunk-'));
  const named = files.filter(file => readFileSync(join(folder, file), 'utf8').includes(NAMES));
  if (named.length === 0) throw new Error('esbuild names functions in another way now: look at its helpers.');
  for (const file of named.map(name => join(folder, name)))
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(NAMES, NAMES.replace('=> ', `=> ${HAS_NAME} ? target : `)),
    );
}

/** What esbuild's `keepNames` puts into one of the files. */
const NAMES = 'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });';
const HAS_NAME = "target.name === value || !('prototype' in target)";

/** A module that exports by name what Node finds in the package, also where that is CommonJS. */
async function door(name) {
  const names = Object.keys(await import(name)).filter(
    each => each !== 'module.exports' && /^[A-Za-z_$][\w$]*$/.test(each),
  );
  return `export { ${names.join(', ')} } from '${name}';`;
}

/** Resolves the doors; what is not installed, as the optional drivers of TypeORM, stays an import that fails. */
const doorsTo = doors => ({
  name: 'doors',
  setup(build) {
    build.onResolve({ filter: /^door:/ }, ({ path }) => ({ path: path.slice(5), namespace: 'door' }));
    build.onLoad({ filter: /.*/, namespace: 'door' }, ({ path }) => ({
      contents: doors[path],
      resolveDir: dirname(join(ROOT, 'package.json')),
    }));
    build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === 'asked') return undefined;
      if (AS_THEY_ARE.includes(path)) return { external: true };
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: 'asked' });
      return found.errors.length > 0 ? { external: true } : found;
    });
  },
});
