// Given to Node with --import: a process of the built program has the libraries that the suites have themselves
// (`bundle-packages.mjs`), some forty files and not 1,500, from the folder that this file's own URL names.
import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const folder = new URL(import.meta.url).searchParams.get('folder');
const doors = new Map(
  readdirSync(folder, { recursive: true })
    .filter(path => path.endsWith('.mjs'))
    .map(path => [path.slice(0, -'.mjs'.length), pathToFileURL(`${folder}/${path}`).href]),
);

registerHooks({
  resolve(specifier, context, next) {
    const url = context.conditions.includes('import') ? doors.get(specifier) : undefined;
    return url === undefined ? next(specifier, context) : { url, format: 'module', shortCircuit: true };
  },
});
