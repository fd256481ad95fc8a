import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `views/` and `public/`: two above this file, in `src/` as in `dist/`. */
export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A path that a variable names. A relative one counts from the project's root, wherever the program is started. */
export const fromProjectRoot = (path: string): string => resolve(PROJECT_ROOT, path);
