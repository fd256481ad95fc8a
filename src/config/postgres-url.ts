import { resolve } from 'node:path';
import type { PostgresAddress, SslMode } from './app-config.js';
import { type ConnectionUrl, type Parsed, parseConnectionUrl } from './connection-url.js';

/** PostgreSQL's own port. */
const PORT = 5432;

const FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;

/** An option that is not known would silently not be heeded: it is refused. */
const OPTIONS = ['host', 'port', 'sslmode', ...FILES, 'options', 'application_name'];

const MODES: readonly SslMode[] = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];

/**
 * Where a `postgres:` URL leads. A `+` in it is a plus, as for PostgreSQL's own tools.
 * @param folder from where the paths of certificates count.
 */
export function parsePostgresUrl(text: string, folder: string): Parsed<PostgresAddress> {
  const parsed = parseConnectionUrl(text, {
    schemes: ['postgres', 'postgresql'],
    options: OPTIONS,
    sockets: true,
  });
  if ('wrong' in parsed) return parsed;
  const url = parsed.value;
  if (url.path === '' || url.path.includes('/')) return { wrong: 'It names no database after the host.' };
  const place = placeIn(url);
  if ('wrong' in place) return place;
  const sslMode = url.options.get('sslmode') ?? null;
  const mode = MODES.find(each => each === sslMode) ?? null;
  if (mode !== sslMode) return { wrong: `Its sslmode is none of ${MODES.join(', ')}.` };
  const [rootCert, cert, key] = FILES.map(name => fileAt(folder, url.options.get(name)));
  return {
    value: Object.freeze({
      ...place.value,
      user: url.user,
      password: url.password,
      database: url.path,
      ssl: Object.freeze({ mode, rootCert: rootCert ?? null, cert: cert ?? null, key: key ?? null }),
      options: url.options.get('options') ?? null,
      applicationName: url.options.get('application_name') ?? 'gatehouse',
    }),
  };
}

/** `postgres:///DATABASE?host=FOLDER` is how PostgreSQL's own tools take a socket as well. Without a host: this machine. */
function placeIn({ host, port, options }: ConnectionUrl): Parsed<{ host: string; port: number }> {
  const [otherHost, otherPort] = [options.get('host'), options.get('port')];
  if ((otherHost !== undefined && host !== '') || (otherPort !== undefined && port !== null))
    return { wrong: 'It names its host or its port twice.' };
  if (otherHost === undefined && otherPort === undefined)
    return { value: { host: host === '' ? 'localhost' : host, port: port ?? PORT } };
  // Through the same reader as what stands in front of the question mark.
  const written = `${bracketed(encodeURIComponent(otherHost ?? host))}:${otherPort ?? port ?? PORT}`;
  const read = parseConnectionUrl(`postgres://${written}`, { schemes: ['postgres'], sockets: true });
  if ('wrong' in read) return read;
  return { value: { host: read.value.host || 'localhost', port: read.value.port ?? PORT } };
}

/** A colon, which only IPv6 has, is encoded by now. */
const bracketed = (host: string): string => (host.includes('%3A') ? `[${host}]` : host);

const fileAt = (folder: string, file = ''): string | null => (file === '' ? null : resolve(folder, file));
