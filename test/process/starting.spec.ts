import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Visitor } from '../support/visitor.js';
import { failedStart, Folder, run, ServerProcess } from './server-process.js';

describe('a start that cannot be', () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  const expectOneLine = async (line: RegExp, environment: Record<string, string>, shell = '') => {
    const { code, stdout, stderr } = await failedStart(folder, environment, shell);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  };

  it('because of a malformed variable says which, in one line', () =>
    expectOneLine(/^SESSION_IDLE takes a duration such as 45m or 1h, not "soon"\.$/m, {
      SESSION_IDLE: 'soon',
    }));

  it('because both secrets are set says so', () =>
    expectOneLine(/^SESSION_SECRET and SESSION_SECRET_FILE are both set\. Keep one of them\.$/m, {
      SESSION_SECRET: 'x'.repeat(40),
      SESSION_SECRET_FILE: '/nowhere',
    }));

  it('because a secret’s file is not there says so', () =>
    expectOneLine(/^SESSION_SECRET_FILE: "\/nowhere" cannot be read \(ENOENT\)\.$/m, {
      SESSION_SECRET_FILE: '/nowhere',
    }));

  it('because people would send passwords in plain says so', () =>
    expectOneLine(/^PUBLIC_URL takes an https origin in production/, {
      PUBLIC_URL: 'http://login.example.com',
    }));

  it('because the data folder cannot be written says so', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    await expectOneLine(/^DATA_DIR: ".+" cannot be written \(ENOTDIR\)\. Free space, mend its rights/, {
      DATA_DIR: join(file, 'data'),
    });
  });

  // A limit on the size of files is how a test that is not root fills a disk.
  it('because there is no room for the secret says so', () =>
    expectOneLine(/^DATA_DIR: ".+" cannot be written \(EFBIG\)/, {}, 'ulimit -f 0;'));

  it('because there is no room for the database says so', () =>
    expectOneLine(
      /^The database ".+" cannot be used: SQLITE_(IOERR|FULL): .+\. \S.+\.$/m,
      {},
      'ulimit -f 8;',
    ));

  it('because the database is something else says so', async () => {
    mkdirSync(folder.data);
    writeFileSync(join(folder.data, 'gatehouse.sqlite'), 'a letter to Eve '.repeat(500));
    await expectOneLine(/^The database ".+" cannot be used: SQLITE_NOTADB.+restore a backup\.$/m, {});
  });

  it('because the database is a folder says so', async () => {
    mkdirSync(join(folder.data, 'gatehouse.sqlite'), { recursive: true });
    await expectOneLine(
      /^The database ".+" cannot be used: SQLITE_CANTOPEN.+ It is a folder: name a file\.$/m,
      {},
    );
  });

  it('because the data folder is a file says so', async () => {
    writeFileSync(folder.data, '');
    await expectOneLine(/^DATA_DIR: ".+" is a file\. Name a folder\.$/m, {});
  });

  it('because the port is taken says which', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const taken = { HOST: '127.0.0.1', PORT: String(port) };
    const { code, stdout, stderr } = await failedStart(folder, taken);
    other.close();
    // Nothing was made, and no account offered, by a start that could not be.
    expect(readdirSync(folder.data)).toEqual(['data-key', 'session-secret']);
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      `PORT ${port} is taken by another program. Stop that, or set PORT to another number.\n`,
    ]);
  });
});

describe('a start whose proxies could not ask', () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  const lineOf = async (place: string) => {
    const { code, stderr } = await failedStart(folder, { PORT: '0', GATE_LISTEN: place });
    return [code, stderr];
  };
  const TAKEN = 'GATE_LISTEN is taken by another program. Stop that, or set GATE_LISTEN to another place.\n';

  it('because a file is where the socket is to be says so, and leaves the file', async () => {
    const file = join(folder.path, 'gatehouse.sqlite');
    writeFileSync(file, 'a database');
    expect(await lineOf(file)).toEqual([
      1,
      `GATE_LISTEN: ${JSON.stringify(file)} is there, and is no socket. Name another path.\n`,
    ]);
    expect(readFileSync(file, 'utf8')).toBe('a database');
  });

  it('because another process answers there says so, and leaves it its place', async () => {
    const socket = join(folder.path, 'gate.sock');
    for (const place of [socket, '0']) {
      const other = createServer(connection => connection.end()).listen(place === '0' ? 0 : place);
      await once(other, 'listening');
      const address = other.address();
      const taken = typeof address === 'object' ? `[::]:${address?.port}` : socket;
      expect(await lineOf(taken)).toEqual([1, TAKEN]);
      if (place === socket) expect(statSync(socket).isSocket()).toBe(true);
      other.close();
      await once(other, 'close');
    }
  });

  it.each(['192.0.2.1:4001', '/nowhere/gate.sock'])(
    'because nothing can listen at %s says so',
    async place => {
      const [code, line] = await lineOf(place);
      expect([code, line]).toEqual([
        1,
        expect.stringMatching(/^GATE_LISTEN: nothing can listen there \(listen .+\)\.\n$/),
      ]);
    },
  );

  it('is none where a process that died has left its socket', async () => {
    const socket = join(folder.path, 'gate.sock');
    const settings = { GATE_LISTEN: socket };
    await (await ServerProcess.start(folder, settings)).kill('SIGKILL');
    expect(statSync(socket).isSocket()).toBe(true);
    await (await ServerProcess.start(folder, settings)).kill('SIGTERM');
  });
});

describe('a start on whatever port is free', () => {
  const folder = new Folder();
  afterAll(() => folder.remove());

  it('says which it got, in its own address too', async () => {
    const environment = { DATA_DIR: folder.data, PORT: '0', HOST: '127.0.0.1', PUBLIC_URL: '' };
    const { process: child, ended, said } = run('main.js', [], folder.path, environment);
    while (!/is at http/.test(said())) await once(child.stdout, 'data');
    const [, port] =
      /"message":"Gatehouse is at http:\/\/localhost:(\d+) \(listening on 127\.0\.0\.1:\1,/.exec(said()) ??
      [];
    expect(Number(port)).toBeGreaterThan(0);
    expect(said()).toContain(`Open http://localhost:${port}/setup and enter the code`);
    expect(said()).toContain('"message":"Made a new session secret at ');
    expect(said()).toContain('"message":"Made a new data key at ');
    const visitor = new Visitor(Number(port));
    expect((await visitor.get('/login')).location).toBe('/setup');
    // Forms are expected from there.
    const signIn = (origin: string) =>
      visitor.post('/login', { username: 'a', password: 'b' }, { origin, 'sec-fetch-site': null });
    expect((await signIn(`http://localhost:${port}`)).status).toBe(422);
    expect((await signIn('http://localhost:0')).status).toBe(403);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a first start in production', () => {
  const folder = new Folder();
  let server: ServerProcess;
  beforeAll(async () => (server = await ServerProcess.start(folder)));
  afterAll(async () => {
    await server.kill('SIGKILL');
    folder.remove();
  });

  it('makes a data folder that is closed to others', () => {
    expect(statSync(folder.data).mode & 0o777).toBe(0o700);
    for (const secret of ['session-secret', 'data-key'])
      expect(statSync(join(folder.data, secret)).mode & 0o777).toBe(0o600);
  });

  it('logs one JSON object a line and nothing else', async () => {
    await server.visitor().signIn('nobody\n{"event":"x"}', 'wrong');
    await server.visitor().get('/welcome', { 'user-agent': 'a "browser"' });
    await server.says(/authn_login_fail/);
    const { stdout, stderr } = await server.kill('SIGTERM');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(
      lines.every(({ time, level }) => /^\d{4}-.+Z$/.test(String(time)) && typeof level === 'string'),
    ).toBe(true);
    expect(lines.slice(0, 3).map(({ message }) => message)).toEqual([
      `Made a new session secret at ${JSON.stringify(join(folder.data, 'session-secret'))}.`,
      `Made a new data key at ${JSON.stringify(join(folder.data, 'data-key'))}: keep a copy.`,
      `Made a new database at ${JSON.stringify(join(folder.data, 'gatehouse.sqlite'))}.`,
    ]);
    expect(lines.filter(({ event }) => event === 'authn_login_fail')).toEqual([
      expect.objectContaining({
        reason: 'unknown',
        outcome: 'failure',
        ip: '127.0.0.1',
        context: 'Security',
      }),
    ]);
    expect(stderr).toBe('');
  });
});
