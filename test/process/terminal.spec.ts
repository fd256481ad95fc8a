import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.js';
import { Folder } from './server-process.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

describe('a server whose terminal is closed', () => {
  const folder = new Folder();
  let pid = 0;
  afterAll(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    folder.remove();
  });

  // It gets SIGHUP, and whatever it writes from then on fails.
  it('ends', async () => {
    const port = await freePort();
    const env = { PATH: process.env['PATH'], ENV_FILE: 'none', PORT: String(port), DATA_DIR: folder.data };
    const command = `echo "process $$."; exec "${process.execPath}" "${MAIN}"`;
    const terminal = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder.path, env });
    let said = '';
    terminal.stdout.on('data', chunk => (said += String(chunk)));
    while (!said.includes(' is at ')) await once(terminal.stdout, 'data');
    pid = Number(/process (\d+)\./.exec(said)?.[1]);
    terminal.kill('SIGKILL');
    while (await isListening(port)) continue;
    while (isRunning(pid)) await isListening(port);
  }, 60_000);
});

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answered = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return answered.finally(() => socket.destroy());
}

function isRunning(pid: number): boolean {
  try {
    return pid !== 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
