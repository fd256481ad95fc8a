import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PORT = '4009';
const URL_OF_SERVER = `http://localhost:${PORT}`;

/** The server that is built below `root`, in development, on a data folder of its own. It answers when this resolves. */
export async function startServer(root) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-pictures-'));
  const env = { PATH: process.env['PATH'], ENV_FILE: 'none', DATA_DIR: folder, PORT };
  const child = spawn(process.execPath, [join(root, 'dist/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill());
  await new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', chunk => (printed += chunk).includes(`is at ${URL_OF_SERVER}`) && resolve());
    child.once('exit', () => reject(new Error(`The server did not start: ${printed}`)));
  });
  return {
    url: URL_OF_SERVER,
    async stop() {
      child.kill();
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}
