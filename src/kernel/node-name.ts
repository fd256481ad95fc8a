import { hostname } from 'node:os';

/** Which process this is, among all that work on the same stores: the machine's name, and the process there. */
export const NODE_NAME = `${hostname()}/${process.pid}`;
