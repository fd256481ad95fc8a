import { EchoApplication } from '../support/echo-application.js';
import { freePort } from '../support/free-port.js';
import { type GatePlaces, GateProxy } from '../support/gate-proxies.js';
import { Folder, ServerProcess } from './server-process.js';

/** What is found of which mistake is in test/forward-auth/app-check-live. */
describe('app check --live', () => {
  const folder = new Folder();
  let [places, application]: [GatePlaces, EchoApplication] = [null!, null!];
  let [server, proxy]: [ServerProcess | null, GateProxy | null] = [null, null];

  beforeAll(async () => {
    application = await EchoApplication.start();
    const [port, plain, gate, app] = [await freePort(), await freePort(), await freePort(), application.port];
    places = { port, server: plain, gate, wiki: app, tools: app };
    server = await ServerProcess.start(folder, { PORT: String(plain), ...settings() });
    await command(`app add wiki --everybody --origin https://wiki.example.com:${port}`);
    await command(`app add tools --everybody --origin https://tools.example.net:${port}`);
    proxy = await GateProxy.nginx(places);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.kill('SIGKILL');
    await application.stop();
    folder.remove();
  });

  const settings = () => ({
    PUBLIC_URL: `https://login.example.com:${places.port}`,
    HOST: '127.0.0.1',
    TRUST_PROXY: 'loopback',
    GATE_LISTEN: `127.0.0.1:${places.gate}`,
  });
  const command = (line: string, environment: Record<string, string> = {}) =>
    folder.command(line.split(' '), '', { ...settings(), ...environment });

  it('ends with 0 where nothing has to be mended', async () => {
    const { code, stdout } = await command(`app check --live --at 127.0.0.1 --ca ${proxy?.authority}`);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^wiki: \S+ is a sibling of the sign-in.+\nNothing has to be mended\.\n$/),
    ]);
  });

  it('knows an authority that Node was told of', async () => {
    const authority = { NODE_EXTRA_CA_CERTS: proxy?.authority ?? '' };
    expect((await command('app check --live --at 127.0.0.1', authority)).code).toBe(0);
  });

  it('verifies certificates also where somebody has told Node not to', async () => {
    const { code, stdout, stderr } = await command('app check --live --at 127.0.0.1', {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^wiki: \S+ has a certificate of an authority that this machine does not know/m),
    ]);
    expect(stderr).toMatch(/^2 things to mend\.\n/m);
  });

  it('says where a name leads nowhere, and which file it cannot read', async () => {
    expect((await command('app check --live')).stdout).toMatch(
      /^wiki: \S+ is a name that (leads nowhere from here|cannot be looked up now).+--at ADDRESS/m,
    );
    for (const at of ['127.0.0.1:443', 'nowhere.invalid'])
      expect((await command(`app check --live --at ${at}`)).stderr).toMatch(
        /^--at: "\S+" leads nowhere \(\w+\)\. Name the address of the proxy alone/m,
      );
    expect((await command('app check --at 127.0.0.1')).stderr).toMatch(/^--at and --ca go with --live/m);
    expect((await command('app check --live --ca /dev/null')).stderr).toMatch(
      /^--ca: ".+" holds no certificate \(PEM\)\.\n$/m,
    );
    expect((await command('app check --live --ca /nowhere/ca.crt')).stderr).toMatch(
      /^--ca: "\/nowhere\/ca\.crt" cannot be read \(ENOENT\)\.\n$/m,
    );
  });
});
