import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILED_CODE } from '../support/compiled-code.js';
import { freePort } from '../support/free-port.js';
import { Folder } from './server-process.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const GIVEN = { PATH: process.env['PATH'], ENV_FILE: 'none', ...COMPILED_CODE };

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
    const env = { ...GIVEN, PORT: String(port), DATA_DIR: folder.data };
    const command = `echo "process $$."; exec "${process.execPath}" "${MAIN}"`;
    const terminal = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder.path, env });
    let said = '';
    terminal.stdout.on('data', chunk => (said += String(chunk)));
    while (!said.includes(' is at ')) await once(terminal.stdout, 'data');
    pid = Number(/process (\d+)\./.exec(said)?.[1]);
    terminal.kill('SIGKILL');
    while (await isListening(port)) continue;
    while (isRunning(pid)) await isListening(port);
  });
});

describe('a command that may take long, at a terminal', () => {
  const folder = new Folder();
  beforeAll(() => folder.addPerson('ada'));
  afterAll(() => folder.remove());

  const copy = join(folder.path, 'copy.sqlite');

  it.each([
    [
      `backup "${copy}"`,
      /^Copying: 0\.0 of 0\.[1-9] MiB$/,
      /^Copied the database to .+copy\.sqlite\.\r\nThe copy needs the data key .+\.\r\n$/,
    ],
    ['audit verify', /^0 of 3 security events$/, /^3 events in 1 stream are as written\.\r\n$/],
  ])('shows how far it is, in a line that is gone at the end: %s', async (args, progress, end) => {
    const env = { ...GIVEN, DATA_DIR: folder.data };
    const command = `"${process.execPath}" --disable-warning=ExperimentalWarning "${CLI}" ${args}`;
    const terminal = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder.path, env });
    let said = '';
    terminal.stdout.on('data', chunk => (said += String(chunk)));
    expect(await once(terminal, 'close')).toEqual([0, null]);
    const lines = said.split('\r\x1b[K');
    expect(lines[1]).toMatch(progress);
    expect(lines.at(-1)).toMatch(end);
  });
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
