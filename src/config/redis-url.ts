import type { RedisNode } from './app-config.js';
import { type Parsed, parseConnectionUrl } from './connection-url.js';

/** Redis' own port. */
const PORT = 6379;

/** Where a `redis:` or `rediss:` URL leads: https://www.iana.org/assignments/uri-schemes/prov/redis */
export function parseRedisUrl(text: string): Parsed<RedisNode> {
  const parsed = parseConnectionUrl(text, { schemes: ['redis', 'rediss'] });
  if ('wrong' in parsed) return parsed;
  const { scheme, host, port, user, password, path } = parsed.value;
  if (!/^\d{0,5}$/.test(path)) return { wrong: 'After its host it takes the number of a database alone.' };
  const node = { host, port: port ?? PORT, tls: scheme === 'rediss', user, password, database: Number(path) };
  return { value: Object.freeze(node) };
}

/** One URL, or those of several nodes of a cluster, separated by commas: a name and a password at the first are for all. */
export function parseRedisUrls(text: string): Parsed<readonly [RedisNode, ...RedisNode[]]> {
  const [one = '', ...more] = text.split(',');
  const first = parseRedisUrl(more.length > 0 ? withoutBlanks(one) : one);
  if ('wrong' in first) return first;
  const nodes: [RedisNode, ...RedisNode[]] = [first.value];
  for (const part of more) {
    const parsed = parseRedisUrl(withoutBlanks(part));
    if ('wrong' in parsed) return parsed;
    const { user, password } = parsed.value;
    const asFirst = { user: user ?? first.value.user, password: password ?? first.value.password };
    nodes.push(Object.freeze({ ...parsed.value, ...asFirst }));
  }
  const isLikeFirst = ({ tls, user, password, database }: RedisNode) =>
    tls === nodes[0].tls && user === nodes[0].user && password === nodes[0].password && database === 0;
  return nodes.length === 1 || nodes.every(isLikeFirst)
    ? { value: Object.freeze(nodes) }
    : { wrong: 'Nodes of a cluster have one scheme, name and password, and no number of a database.' };
}

const withoutBlanks = (part: string): string => part.replace(/^ +| +$/g, '');
