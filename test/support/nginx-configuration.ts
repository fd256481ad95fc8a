import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8');

/** What differs from machine to machine. */
export interface Places {
  readonly folder: string;
  readonly port: number;
  readonly plainPort: number;
  readonly nodes: readonly [number, number];
}

/** A configuration as operators get it, and what must be put in its place here. */
export interface Configuration {
  readonly text: string;
  readonly substitutions: (places: Places) => readonly (readonly [from: string, to: string])[];
}

const listening = ({ port, plainPort }: Places) =>
  [
    ['listen 80', `listen 127.0.0.1:${plainPort}`],
    ['listen 443', `listen 127.0.0.1:${port}`],
    ['login.example.com', 'localhost'],
  ] as const;

/** `deploy/nginx.conf`. */
export const SHIPPED: Configuration = {
  text: read('deploy/nginx.conf'),
  substitutions: places => [
    ...listening(places),
    ['gatehouse-1:4000', `127.0.0.1:${places.nodes[0]}`],
    ['gatehouse-2:4000', `127.0.0.1:${places.nodes[1]}`],
    ['/etc/nginx/tls/', `${places.folder}/nginx/`],
    ['/var/log/nginx/', `${places.folder}/log/`],
    ['/run/nginx', `${places.folder}/run/nginx`],
  ],
};

/** The same with so few places for connections that a test can take them all. */
export const SHIPPED_WITH_FEW_PLACES: Configuration = {
  text: SHIPPED.text,
  substitutions: places => [
    ...SHIPPED.substitutions(places),
    ['worker_processes auto;', 'worker_processes 1;'],
    ['worker_connections 1024;', 'worker_connections 128;'],
  ],
};

/** The block of `docs/tls.md`, as the only site of an nginx. */
export const DOCUMENTED: Configuration = {
  text: `pid RUN.pid;
events { worker_connections 1024; }
http {
access_log LOG;
client_body_temp_path RUN-body;
proxy_temp_path RUN-proxy;
fastcgi_temp_path RUN-fastcgi;
uwsgi_temp_path RUN-uwsgi;
scgi_temp_path RUN-scgi;
${/^```nginx\n(.*?)^```$/ms.exec(read('docs/tls.md'))?.[1] ?? 'docs/tls.md has no block for nginx.'}
}
`,
  substitutions: places => [
    ...listening(places),
    ['http://127.0.0.1:4000', `http://127.0.0.1:${places.nodes[0]}`],
    // Needs nginx 1.25.1.
    ['http2 on;', ''],
    ['/etc/ssl/localhost.pem', `${places.folder}/nginx/server.crt`],
    ['/etc/ssl/localhost.key', `${places.folder}/nginx/server.key`],
    ['LOG;', `${places.folder}/log/access.log;`],
    ['RUN', `${places.folder}/run/nginx`],
  ],
};

/** The same with few places for connections. */
export const DOCUMENTED_WITH_FEW_PLACES: Configuration = {
  text: `worker_processes 1;\n${DOCUMENTED.text}`,
  substitutions: places => [
    ...DOCUMENTED.substitutions(places),
    ['worker_connections 1024;', 'worker_connections 128;'],
  ],
};

/** What stands in the server block of each application. */
const GATE = read('deploy/forward-auth/gate.conf');

/** `deploy/forward-auth/nginx.conf`. */
export const BEFORE_APPLICATIONS: Configuration = {
  text: read('deploy/forward-auth/nginx.conf').replaceAll('include gate.conf;', () => GATE),
  substitutions: places => [
    ['listen 443', `listen 127.0.0.1:${places.port}`],
    ['login.example.com', 'localhost'],
    ['server 127.0.0.1:4000', `server 127.0.0.1:${places.nodes[0]}`],
    ['/etc/nginx/tls/', `${places.folder}/nginx/`],
    ['/var/log/nginx/', `${places.folder}/log/`],
    ['/run/nginx', `${places.folder}/run/nginx`],
  ],
};

/** `deploy/nginx.conf` with an application in it, as `deploy/forward-auth/README.md` says. */
export const shippedWithApplication = (gate: number, application: number): Configuration => {
  const before = read('deploy/forward-auth/nginx.conf');
  const taken = (pattern: RegExp) => pattern.exec(before)?.[0] ?? `There is nothing like ${String(pattern)}.`;
  const added = [
    taken(/^ {2}upstream gatehouse_gate \{.*?^ {2}\}$/ms),
    taken(/^ {2}map \$gatehouse_page .*?^ {2}\}$/ms),
    taken(/^ {2}map \$http_upgrade .*?^ {2}\}$/ms),
    taken(/^ {2}server \{[^{}]*wiki\.example\.com;.*?^ {2}\}$/ms),
  ];
  return {
    text: SHIPPED.text
      .replace(/\}\s*$/, () => `${added.join('\n')}\n}\n`)
      .replace('include gate.conf;', () => GATE),
    substitutions: places => [
      ...SHIPPED.substitutions(places),
      ['127.0.0.1:4001', `127.0.0.1:${gate}`],
      ['127.0.0.1:8001', `127.0.0.1:${application}`],
    ],
  };
};

/** The text nginx is started with. @throws where there is nothing to substitute: the file has changed. */
export function filledIn({ text, substitutions }: Configuration, places: Places): string {
  return substitutions(places).reduce((filled, [from, to]) => {
    if (!filled.includes(from)) throw new Error(`The configuration has no "${from}" to replace.`);
    return filled.replaceAll(from, to);
  }, text);
}
