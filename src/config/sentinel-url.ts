import { z } from 'zod';
import type { SentinelConfig } from './app-config.js';

/** Where Sentinels listen unless it is said. */
const PORT = 26379;

const SHAPE =
  /^redis(?<s>s?)\+sentinel:\/\/(?:(?<user>[^@/?#,\s]*)@)?(?<hosts>[^@/?#\s]+)\/(?<name>[^/?#,\s]+)(?:\/(?<database>\d{1,5}))?(?:\?(?<more>[^#\s]*))?$/;

/**
 * `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME/DATABASE`, or `rediss+sentinel:` for TLS to all of them. User,
 * password and database are those of Redis; Sentinels that want their own have them behind it:
 * `?sentinel_username=USER&sentinel_password=PASSWORD`. What means something in a URL is percent-encoded.
 */
export const sentinelUrl = z.string().transform((text, context) => {
  const read = readSentinelUrl(text);
  if (read !== null) return read;
  context.addIssue({ code: 'custom', message: 'malformed' });
  return z.NEVER;
});

interface Servers {
  readonly urls: readonly string[];
  readonly sentinel: Omit<SentinelConfig, 'staysHere'>;
}

function readSentinelUrl(text: string): Servers | null {
  const parts = SHAPE.exec(text)?.groups;
  const name = decoded(parts?.['name'] ?? '');
  const own = sentinelUser(parts?.['more'] ?? '');
  if (parts === undefined || name === null || own === null) return null;
  const scheme = `redis${parts['s'] ?? ''}:`;
  const user = parts['user'] === undefined ? '' : `${parts['user']}@`;
  const urls = (parts['hosts'] ?? '').split(',').map(host => urlOf(scheme, own, host));
  if (decoded(user) === null || !urls.every(url => url !== null)) return null;
  return { urls, sentinel: { name, primary: `${scheme}//${user}primary/${parts['database'] ?? '0'}` } };
}

/** `HOST:PORT` as a URL; null of what is none. */
function urlOf(scheme: string, user: string, host: string): string | null {
  const text = `${scheme}//${user}${host}`;
  if (!/^(\[[0-9a-f:.]+\]|[^:[\]]+)(:\d+)?$/i.test(host) || !URL.canParse(text)) return null;
  return new URL(text).port === '' ? `${text}:${PORT}` : text;
}

/** The user and the password of the Sentinels as a URL has them; null where anything else is said. */
function sentinelUser(query: string): string | null {
  // In a form a plus stands for a space; here it is one, as everywhere else in this URL.
  const said = new URLSearchParams(query.replaceAll('+', '%2B'));
  const known = ['sentinel_username', 'sentinel_password'];
  if ([...said.keys()].some(key => !known.includes(key))) return null;
  const [user, password] = known.map(key => encodeURIComponent(said.get(key) ?? ''));
  if (password === '') return user === '' ? '' : null;
  return `${user}:${password}@`;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
