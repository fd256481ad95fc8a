import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';

/** A `DATA_KEY_FILE` for tests of several nodes, or of stores with which one must be named in production. */
export const NODES_DATA_KEY = join(PROJECT_ROOT, 'test/support/nodes.data-key');
