import { Folder, ServerProcess } from './server-process.js';

/** Runs in the server before it: on a signal, something goes wrong that nobody is there to catch. */
const breaking = (how: string) =>
  `--import="data:text/javascript,process.on('SIGUSR2',()=>{${how}})"`.replaceAll(' ', '%20');

describe.each([
  ['an error that nobody caught', `throw%20new%20Error('on_fire')`],
  ['a promise that nobody waited for', `Promise.reject(new%20Error('on_fire'))`],
])('%s', (_, how) => {
  it('is told in one line, and ends the server in order, with 1; what was acknowledged stays', async () => {
    const folder = new Folder();
    await folder.addPerson('ada');
    const server = await ServerProcess.start(folder, {
      NODE_ENV: 'production',
      PUBLIC_URL: 'http://localhost:4000',
      NODE_OPTIONS: breaking(how),
    });
    const ada = await server.signedIn('ada');
    const { code, stdout, stderr } = await server.kill('SIGUSR2');
    expect(code).toBe(1);
    const told = `${stdout}${stderr}`.split('\n').filter(line => line.includes('"sys_crash"'));
    expect(told.map(line => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        event: 'sys_crash',
        level: 'fatal',
        reason: 'Error: on_fire',
        stack: expect.stringContaining('on_fire') as string,
      }),
    ]);
    const again = await ServerProcess.start(folder);
    expect((await again.sameBrowser(ada).get('/welcome')).status).toBe(200);
    await again.kill('SIGTERM');
    folder.remove();
  });
});
