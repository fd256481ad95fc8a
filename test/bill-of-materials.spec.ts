import { spawnSync } from 'node:child_process';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { documentText } from './support/document-tables.js';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}
interface Locked {
  readonly version: string;
  /** Missing where another package has it inside. */
  readonly integrity?: string;
}

const [, command = ''] = /`(npm sbom [^`]+)`/.exec(documentText('SECURITY.md')) ?? [];
const made = spawnSync(command, { cwd: PROJECT_ROOT, encoding: 'utf8', shell: true });
const { packages } = JSON.parse(documentText('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');

describe('the bill of materials that SECURITY.md tells how to make (ASVS 15.1.2)', () => {
  it('has every package that is locked, by its version and its hash, and no other', () => {
    expect([made.status, made.status === 0 ? '' : made.stderr]).toEqual([0, '']);
    const { components } = JSON.parse(made.stdout) as { components: readonly Component[] };
    // By their hashes: npm calls a package that is installed under another name now by the one, now by the other.
    const told = components.flatMap(({ version, hashes = [] }) =>
      hashes.filter(({ alg }) => alg === 'SHA-512').map(({ content }) => `${version} ${content}`),
    );
    const there = locked.flatMap(([, { version, integrity }]) =>
      integrity === undefined
        ? []
        : [`${version} ${Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')}`],
    );
    expect(new Set(there).size).toBeGreaterThan(300);
    expect([...new Set(told)].sort()).toEqual([...new Set(there)].sort());
  });

  it('names what is inside of another package, too', () => {
    const { components } = JSON.parse(made.stdout) as { components: readonly Component[] };
    const told = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const inside = locked
      .filter(([, { integrity }]) => integrity === undefined)
      .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
    expect(inside.filter(name => !told.has(name))).toEqual([]);
  });
});
