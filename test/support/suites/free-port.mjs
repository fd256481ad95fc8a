import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what systems give to connections that go out (32768 and up on Linux, 49152 elsewhere): of those any could be
 * taken by the time that somebody listens on it.
 */
const [LOWEST, HIGHEST] = [10_000, 32_000];

/** Test processes that run at the same time look in different places first. */
let next = LOWEST + ((process.pid * 37) % (HIGHEST - LOWEST));

/** A port of this machine that nothing listens on; another one each time, in whatever process of tests it is asked for. */
export async function freePort() {
  for (;;) {
    const port = next;
    next = next === HIGHEST ? LOWEST : next + 1;
    if ((await isKept(port)) && (await isFree(port))) return port;
  }
}

/**
 * Keeps a port for this process until it ends: between the look and whoever listens then, another process would find the
 * port free as well. On Linux by a socket that has no file (unix(7), abstract), which the system closes with the process;
 * elsewhere there is none.
 */
const isKept = async port =>
  process.platform !== 'linux' || (await listening({ path: `\0gatehouse-test-port-${port}` })) !== null;

async function isFree(port) {
  const server = await listening({ port, host: '127.0.0.1' });
  if (server === null) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** What listens there, which lets the process end all the same; null where something else does. */
async function listening(there) {
  const server = createServer().listen(there).unref();
  return once(server, 'listening').then(
    () => server,
    () => null,
  );
}
