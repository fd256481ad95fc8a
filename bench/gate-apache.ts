import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPeer } from './peer.js';
import { freePort, type Server } from './server.js';
import { startWebServer } from './web-server.js';

const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';

/** Whether Debian's Apache is here, with the module (apache2, libapache2-mod-auth-openidc). */
export const hasApache = existsSync(APACHE) && existsSync(join(MODULES, 'mod_auth_openidc.so'));

const CLIENT = { CLIENT_ID: 'bench', CLIENT_SECRET: 'a secret of the benchmark, of 256 bits and more' };

/** What a session there is needed for. */
export interface OpenIdHouse extends Server {
  /** `Cookie` headers. */
  readonly cookies: readonly string[];
}

/**
 * Apache that serves a file to people who are signed in by mod_auth_openidc, with its sessions in the cache that it has by
 * itself (shared memory). Processes and threads as Debian sets them, but that none of them ends meanwhile, connections that
 * are kept for as long as the client likes, and no log.
 */
export async function apacheWithSessions(
  file: string,
  sessions: number,
  folder: string,
): Promise<OpenIdHouse> {
  const provider = await startPeer('openid-provider', folder, CLIENT);
  const port = await freePort();
  const root = join(folder, 'apache');
  mkdirSync(root);
  writeFileSync(join(root, 'file'), file);
  // Its processes give up the rights of whoever starts it, and read the file all the same.
  for (const place of [folder, root]) chmodSync(place, 0o755);
  writeFileSync(join(root, 'apache.conf'), configuration(root, port, provider));
  const apache = await startWebServer(port, [APACHE, '-f', join(root, 'apache.conf'), '-DFOREGROUND']);
  const cookies: string[] = [];
  while (cookies.length < sessions) cookies.push(await signIn(`${apache.url}/file`));
  await provider.stop();
  return { ...apache, cookies };
}

/** Follows the way to the provider and back, as a browser does. @returns the `Cookie` header of the session. */
async function signIn(page: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = page;
  for (let step = 0; step < 5; step += 1) {
    const cookie = [...jar].map(pair => pair.join('=')).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
    await answer.arrayBuffer();
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    if (answer.status === 200 && url === page) return [...jar].map(pair => pair.join('=')).join('; ');
    url = new URL(answer.headers.get('location') ?? '', url).href;
  }
  throw new Error(`Nobody is signed in at ${page}: its last way led to ${url}.`);
}

const LOADED = [
  ...['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'mime', 'dir', 'alias', 'env', 'filter'],
  ...['setenvif', 'status', 'reqtimeout', 'auth_openidc'],
];

const configuration = (root: string, port: number, { url }: Server): string => `
ServerRoot ${root}
ServerName 127.0.0.1
PidFile ${root}/apache.pid
DefaultRuntimeDir ${root}
Mutex sem default
Listen 127.0.0.1:${port}
ErrorLog /dev/stderr
LogLevel crit
${LOADED.map(name => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
TypesConfig /etc/mime.types
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
StartServers 4
ServerLimit 4
ThreadsPerChild 25
MaxRequestWorkers 100
MinSpareThreads 1
MaxSpareThreads 100
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
DocumentRoot ${root}
OIDCProviderMetadataURL ${url}/.well-known/openid-configuration
OIDCProviderTokenEndpointAuth client_secret_post
OIDCIDTokenSignedResponseAlg HS256
OIDCClientID ${CLIENT.CLIENT_ID}
OIDCClientSecret "${CLIENT.CLIENT_SECRET}"
OIDCRedirectURI http://127.0.0.1:${port}/file/redirect
OIDCCryptoPassphrase "another secret of the benchmark"
<Directory ${root}>
  AllowOverride None
  Require all denied
</Directory>
<Location /file>
  AuthType openid-connect
  # Whoever follows the way here for the benchmark looks like a script.
  OIDCUnAuthAction auth true
  Require valid-user
</Location>
`;
