/**
 * Longest head of a request that is read, in bytes; a longer one is answered 431. More than nginx and Caddy pass on: with a
 * request to an application comes whatever that keeps in the browser, and where its proxy passes that here, nobody could
 * sign in for it.
 */
export const LONGEST_HEAD = 64 * 1024;
