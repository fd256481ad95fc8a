import type { RedisNode, SentinelConfig } from './app-config.js';
import { type ConnectionUrl, type Parsed, parseConnectionUrl } from './connection-url.js';

/** Where Sentinels listen unless it is said. */
const PORT = 26379;

/** What `REDIS_URL` names. */
export interface RedisServers {
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly sentinel: Omit<SentinelConfig, 'staysHere'> | null;
}

/** The scheme and the name with the password, then hosts, then the rest: the parser of URLs knows one host. */
const SEVERAL_HOSTS = /^(?<before>[^:]+:\/\/(?:[^@/?#]*@)?)(?<hosts>[^@/?#]*)(?<after>[/?].*)?$/s;

/**
 * `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME/DATABASE`, or `rediss+sentinel:` for TLS to all of them. User,
 * password and database are those of Redis; Sentinels that want their own have them behind it:
 * `?sentinel_username=USER&sentinel_password=PASSWORD`.
 */
export function parseSentinelUrl(text: string): Parsed<RedisServers> {
  const { before = '', hosts = '', after = '' } = SEVERAL_HOSTS.exec(text)?.groups ?? {};
  const [first = '', ...others] = hosts.split(',');
  const parsed = urlAt(`${before}${first}${after}`);
  if ('wrong' in parsed) return parsed;
  const { scheme, user, password, path, options } = parsed.value;
  const tls = scheme === 'rediss+sentinel';
  const [, name = '', database = '0'] = /^([^/]+)(?:\/(\d{1,5}))?$/.exec(path) ?? [];
  if (name === '') return { wrong: 'After the hosts it takes /NAME, or /NAME/DATABASE with a number.' };
  const own = {
    user: options.get('sentinel_username') ?? null,
    password: options.get('sentinel_password') ?? null,
  };
  if (own.user !== null && own.password === null)
    return { wrong: 'With sentinel_username it takes sentinel_password.' };
  const nodeOf = ({ host, port }: ConnectionUrl): RedisNode => ({
    host,
    port: port ?? PORT,
    tls,
    ...own,
    database: 0,
  });
  const nodes: [RedisNode, ...RedisNode[]] = [nodeOf(parsed.value)];
  for (const each of others) {
    const other = urlAt(`redis+sentinel://${each}`);
    if ('wrong' in other) return other;
    nodes.push(nodeOf(other.value));
  }
  return {
    value: { nodes, sentinel: { name, primary: { tls, user, password, database: Number(database) } } },
  };
}

const urlAt = (text: string): Parsed<ConnectionUrl> =>
  parseConnectionUrl(text, {
    schemes: ['redis+sentinel', 'rediss+sentinel'],
    options: ['sentinel_username', 'sentinel_password'],
  });
