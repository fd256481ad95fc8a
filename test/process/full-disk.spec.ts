import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SmallDisk } from '../support/small-disk.js';
import type { Visitor } from '../support/visitor.js';
import { PASSWORD } from '../support/password.js';
import { Folder, ServerProcess } from './server-process.js';

/** More sign-ins than a disk that was filled to the last block has room for. */
const ENOUGH = 30;

describe('a server whose disk was full', () => {
  const folder = new Folder();
  let disk: SmallDisk;
  let environment: { DATA_DIR: string };
  let server: ServerProcess;
  let log = '';
  /** Everybody who was told that they are signed in. */
  const acknowledged: Visitor[] = [];

  beforeAll(async () => {
    disk = new SmallDisk(3000);
    environment = { DATA_DIR: disk.path };
    await folder.addPerson('ada', environment);
    await start();
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
    disk.remove();
  });

  const start = async () => {
    server = await ServerProcess.start(folder, environment);
    for (const stream of [server.process.stdout, server.process.stderr])
      stream?.on('data', chunk => (log += String(chunk)));
  };
  /** @returns what a sign-in is answered. Whoever got in is remembered, whoever did not has no session. */
  const signIn = async (): Promise<number> => {
    const visitor = server.visitor();
    const { status } = await visitor.signIn('ada', PASSWORD);
    if (status === 303) acknowledged.push(visitor);
    else expect([status, [...visitor.cookies.keys()]]).toEqual([503, []]);
    return status;
  };
  const ready = async () => (await server.visitor().get('/health/ready')).status;
  const times = (event: string) => log.split(`"event":"${event}"`).length - 1;
  const areSignedIn = async () => {
    for (const visitor of acknowledged)
      expect((await server.sameBrowser(visitor).get('/session')).status).toBe(200);
  };

  it('says so while it is: 503 for what must be kept, not ready, one line in the log', async () => {
    expect([await signIn(), await ready()]).toEqual([303, 200]);
    disk.fill();
    let last = 303;
    for (let turn = 0; last === 303; turn++) {
      expect(turn).toBeLessThan(ENOUGH);
      last = await signIn();
    }
    expect([await signIn(), await signIn(), await ready()]).toEqual([503, 503, 503]);
    expect(times('sys_database_unwritable')).toBe(1);
    expect(times('sys_database_writable')).toBe(0);
    await areSignedIn();
  });

  it('lets other processes read meanwhile', async () => {
    expect(await folder.command(['user', 'list'], '', environment)).toMatchObject({ code: 0 });
  });

  it('has no room for a copy of the database, and keeps no half of one', async () => {
    const copy = join(disk.path, 'copy.sqlite');
    expect(await folder.command(['backup', copy], '', environment)).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'Nothing was copied: SQLITE_FULL: database or disk is full. Free some space, or name another file.\n',
    });
    expect(existsSync(copy)).toBe(false);
  });

  it('goes on by itself as soon as there is room', async () => {
    disk.empty();
    while ((await ready()) !== 200) await pause(20);
    expect([await signIn(), await signIn()]).toEqual([303, 303]);
    expect((await server.visitor().signIn('ada', 'another password')).status).toBe(422);
    expect(times('sys_database_unwritable')).toBe(1);
    expect(times('sys_database_writable')).toBe(1);
  });

  it('lets other processes write', async () => {
    await folder.addPerson('eve', environment);
    await server.signedIn('eve');
  });

  it('notices the next time as well', async () => {
    disk.fill();
    for (let turn = 0; (await signIn()) === 303; turn++) expect(turn).toBeLessThan(ENOUGH);
    expect(await ready()).toBe(503);
    disk.empty();
    await server.says(/(sys_database_writable[^]*){2}/);
    expect([await signIn(), await ready()]).toEqual([303, 200]);
    expect(times('sys_database_unwritable')).toBe(2);
  });

  it('has kept what it said it had, and nothing else, when it is killed with -9 and started again', async () => {
    await server.kill('SIGKILL');
    await start();
    await areSignedIn();
    await server.signedIn('eve');
  });
});
