import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what systems give to connections that go out (32768 and up on Linux, 49152 elsewhere): of those any could be
 * taken by the time that somebody listens on it.
 */
const [LOWEST, HIGHEST] = [10_000, 32_000];

/** Test processes that run at the same time look in different places first. */
let next = LOWEST + ((process.pid * 37) % (HIGHEST - LOWEST));

/** A port of this machine that nothing listens on; another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = next === HIGHEST ? LOWEST : next + 1;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const [outcome] = await Promise.race([
    once(server, 'listening').then(() => ['free'] as const),
    once(server, 'error').then(() => ['taken'] as const),
  ]).catch(() => ['taken'] as const);
  if (outcome === 'taken') return false;
  server.close();
  await once(server, 'close');
  return true;
}
