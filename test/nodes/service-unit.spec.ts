import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const UNIT = fileURLToPath(new URL('../../deploy/gatehouse.service', import.meta.url));

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
