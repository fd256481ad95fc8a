import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../deploy/certificates.sh', import.meta.url));
const SERVERS = [
  ['nginx', 'login.example.com'],
  ['postgres', 'postgres'],
  ['valkey', 'valkey'],
] as const;

describe('deploy/certificates.sh', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gatehouse-certificates-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const make = (...hosts: string[]) =>
    execFileSync(SCRIPT, [folder, ...(hosts.length === 0 ? ['login.example.com'] : hosts)], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
  const read = (file: string) => readFileSync(join(folder, file));
  const certificate = (file: string) => new X509Certificate(read(file));

  it('makes an authority, and certificates that it vouches for', () => {
    make();
    const authority = certificate('trusted/ca.crt');
    expect(authority.ca).toBe(true);
    for (const [name, host] of SERVERS) {
      const made = certificate(`${name}/server.crt`);
      expect([made.ca, made.verify(authority.publicKey), made.checkHost(host)]).toEqual([false, true, host]);
      expect(made.checkHost('elsewhere.example.com')).toBeUndefined();
    }
  });

  it('keeps keys from everybody else', () => {
    make();
    const modeOf = (file: string) => statSync(join(folder, file)).mode & 0o777;
    const keys = SERVERS.map(([name]) => `${name}/server.key`);
    expect(keys.map(modeOf)).toEqual([0o600, 0o600, 0o600]);
    expect([modeOf('authority'), modeOf('authority/ca.key')]).toEqual([0o700, 0o600]);
    expect([modeOf('trusted/ca.crt'), modeOf('nginx/server.crt')]).toEqual([0o644, 0o644]);
  });

  it('leaves everything as it is when it is run again', () => {
    expect(make()).toMatch(/^(Made .+\n){4}$/);
    const before = SERVERS.map(([name]) => read(`${name}/server.crt`));
    expect(make()).toBe('');
    expect(SERVERS.map(([name]) => read(`${name}/server.crt`))).toEqual(before);
  });

  it('makes another one for another host, and for an address', () => {
    make();
    expect(make('other.example.com')).toMatch(/^Made \S+\/nginx\/server\.crt\.\n$/);
    expect(certificate('nginx/server.crt').checkHost('other.example.com')).toBe('other.example.com');
    make('127.0.0.1');
    expect(certificate('nginx/server.crt').checkIP('127.0.0.1')).toBe('127.0.0.1');
  });

  it('makes one for several hosts, and another one where one more is named', () => {
    const names = ['login.example.com', 'wiki.example.com', '127.0.0.1'];
    make(...names);
    const made = certificate('nginx/server.crt');
    expect([made.checkHost('login.example.com'), made.checkHost('wiki.example.com')]).toEqual(
      names.slice(0, 2),
    );
    expect(made.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(make(...names)).toBe('');
    expect(make(...names, 'tools.example.net')).toMatch(/nginx\/server\.crt/);
    expect(certificate('nginx/server.crt').checkHost('tools.example.net')).toBe('tools.example.net');
  });

  it('makes all of them again where the authority is lost', () => {
    make();
    rmSync(join(folder, 'authority'), { recursive: true });
    expect(make()).toMatch(/^(Made .+\n){4}$/);
    const { publicKey } = certificate('trusted/ca.crt');
    for (const [name] of SERVERS) expect(certificate(`${name}/server.crt`).verify(publicKey)).toBe(true);
  });

  it('does not touch a certificate from elsewhere', () => {
    make();
    const [key, file] = ['server.key', 'server.crt'].map(name => join(folder, 'nginx', name)) as [
      string,
      string,
    ];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=elsewhere',
      '-days',
      '90',
    ];
    execFileSync('openssl', [...request, '-keyout', key, '-out', file], { stdio: 'pipe' });
    const before = readFileSync(file, 'utf8');
    expect(make()).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(before);
    writeFileSync(file, '');
    expect(make()).toMatch(/nginx/);
  });
});
