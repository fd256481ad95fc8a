import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../src/config/read-environment.js';
import { listenAt } from '../../src/forward-auth/gate-place.js';

const deployed = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const UNIT = deployed('gatehouse.service');

const analyze = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
};

/** What is said of a unit. Those it names are read along, and what another package did wrong is not its fault. */
const complaintsAbout = (unit: string) =>
  analyze('verify', unit)
    .said.split('\n')
    .filter(line => line.includes('gatehouse.service'))
    // That a machine has no /usr/bin/node is not the unit's fault either.
    .filter(line => !/is not executable/.test(line));

/** Where there is no systemd there is nobody to ask; Jest names these tests as skipped then. */
const withSystemd = analyze('--version').status === 0 ? it : it.skip;

describe('deploy/gatehouse.service', () => {
  withSystemd('has no line that systemd does not understand', () => {
    expect(complaintsAbout(UNIT)).toEqual([]);
  });

  withSystemd('would be told of such a line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-unit-'));
    const broken = join(folder, 'gatehouse.service');
    writeFileSync(broken, `${readFileSync(UNIT, 'utf8')}\n[Service]\nNoSuchSetting=yes\n`);
    expect(complaintsAbout(broken)).toEqual([expect.stringContaining('NoSuchSetting')]);
    rmSync(folder, { recursive: true });
  });

  withSystemd('leaves the server little to do harm with', () => {
    const { said } = analyze('security', '--offline=true', '--threshold=15', UNIT);
    const exposure = /Overall exposure level for gatehouse\.service: ([\d.]+)/.exec(said)?.[1];
    expect(Number(exposure)).toBeLessThanOrEqual(1.5);
  });

  it('leaves no image of its memory, in which secrets are, when it crashes', () => {
    expect(readFileSync(UNIT, 'utf8')).toMatch(/^LimitCORE=0$/m);
  });

  it('gives the server time to stop in order, and lets V8 compile', () => {
    const text = readFileSync(UNIT, 'utf8');
    expect(text).toMatch(/^TimeoutStopSec=30s$/m);
    expect(text).not.toMatch(/^MemoryDenyWriteExecute=yes/m);
  });
});

describe('the gate, in the files of deploy/', () => {
  const gateOf = (variables: Record<string, string>) =>
    readEnvironment({ NODE_ENV: 'test', DATA_DIR: tmpdir(), ...variables }).gate;

  const text = readFileSync(UNIT, 'utf8');
  /** What the unit's comments set in gatehouse.env. */
  const offered = [...text.matchAll(/^#\s+(GATE_LISTEN)=(\S+)$/gm)].map(([, name = '', value = '']) => ({
    [name]: value,
  }));

  it('is opened for the unit in the file that its commands read as well, and nowhere else', () => {
    expect(text).not.toMatch(/Environment=.*GATE_/);
    expect(text).toMatch(/^# .+ in gatehouse\.env, which\n# commands read as well:\n# {3}GATE_LISTEN=/m);
    expect(offered.map(gateOf)).toMatchObject([
      { listen: { host: '127.0.0.1', port: 4001 } },
      { listen: { socket: expect.any(String) } },
    ]);
  });

  const FOLDER =
    /^# {3}echo 'd (\S+) 2750 gatehouse www-data' >\/etc\/tmpfiles\.d\/\S+ && systemd-tmpfiles --create$/m;

  it('may put its socket into that folder, though the unit lets it write to hardly any', () => {
    const [, folder = ''] = FOLDER.exec(text) ?? [];
    expect(offered[1]?.['GATE_LISTEN']).toMatch(new RegExp(`^${folder}/\\w+$`));
    expect(text).toMatch(/^ProtectSystem=strict$/m);
    expect(text).toMatch(new RegExp(`^ReadWritePaths=-${folder}$`, 'm'));
  });

  const asRoot = process.getuid?.() === 0 ? withSystemd : it.skip;

  asRoot('has a socket there that the proxy may ask at, and nobody else', async () => {
    const [line = ''] = /d \S+ 2750 gatehouse www-data/.exec(text) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-unit-'));
    const place = join(folder, 'place');
    writeFileSync(
      join(folder, 'tmpfiles.conf'),
      line.replace(/\/\S+/, place).replace(' gatehouse ', ' root '),
    );
    spawnSync('systemd-tmpfiles', ['--create', join(folder, 'tmpfiles.conf')]);
    const server = createServer();
    const before = process.umask(0o077);
    await listenAt(server, { socket: join(place, 'socket') }).finally(() => process.umask(before));
    const { stdout } = spawnSync('getent', ['group', 'www-data'], { encoding: 'utf8' });
    const seen = [place, join(place, 'socket')].map(path => {
      const { mode, gid } = statSync(path);
      return [(mode & 0o7777).toString(8), gid];
    });
    const proxy = Number(stdout.split(':')[2]);
    expect(seen).toEqual([
      ['2750', proxy],
      ['660', proxy],
    ]);
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('is opened in compose.yaml to its nginx alone by two lines that only have to be uncommented', () => {
    const text = readFileSync(deployed('compose.yaml'), 'utf8');
    expect(text).not.toMatch(/^ +GATE_/m);
    const opened = text.replaceAll(/^( +)# (?=GATE_(?:LISTEN|PEERS): )/gm, '$1');
    // With the same indentation as what stands before and behind, or it would be part of something else.
    const [, listen = '', peers = ''] =
      /^ {4}TRUST_PROXY: .+\n(?: +#.*\n)* {4}GATE_LISTEN: (\S+)\n {4}GATE_PEERS: (\S+)\n {4}DATABASE_URL: /m.exec(
        opened,
      ) ?? [];
    expect(gateOf({ GATE_LISTEN: listen, GATE_PEERS: peers })).toMatchObject({
      listen: { host: '0.0.0.0', port: 4001 },
    });
    expect(opened).toContain(`front: { ipv4_address: ${peers} }\n    depends_on:\n      certificates:`);
    expect(opened).toContain(`TRUST_PROXY: ${peers}\n`);
    // No port of a node is published: who is not on that network cannot ask.
    expect(opened.match(/^ +ports:.*$/gm)).toEqual(["    ports: ['80:80', '443:443']"]);
  });
});
