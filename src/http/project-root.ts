import { fileURLToPath } from 'node:url';

/** The folder that holds `views/` and `public/`: two above this file, in `src/` as in `dist/`. */
export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));
