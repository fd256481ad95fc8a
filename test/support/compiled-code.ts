import { fileURLToPath } from 'node:url';

/** Where V8 keeps what it compiled, so that the many processes of a run need not do it again. Node 20 knows none. */
export const COMPILED_CODE = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
} as const;

const { bundledLibraries } = globalThis as { readonly bundledLibraries?: string };

/** Lets a process have its libraries in a few files, in suites that may (`suites/world.mjs`). */
export const BUNDLED_LIBRARIES: Readonly<Record<string, string>> =
  bundledLibraries === undefined ? {} : { NODE_OPTIONS: `--import=${bundledLibraries}` };
