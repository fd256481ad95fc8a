import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';

/** A value, or what is wrong with the text it should come from: sentences that repeat nothing of it. */
export type Parsed<T> = { readonly value: T } | { readonly wrong: string };

/** A URL taken apart and decoded. */
export interface ConnectionUrl {
  readonly scheme: string;
  /** In lower case, IPv6 without its brackets; a folder where {@link UrlRules.sockets}; '' where there is none. */
  readonly host: string;
  readonly port: number | null;
  readonly user: string | null;
  readonly password: string | null;
  /** Without the slash in front. */
  readonly path: string;
  readonly options: ReadonlyMap<string, string>;
}

/** What a URL may be. */
export interface UrlRules {
  readonly schemes: readonly string[];
  /** The names that may stand after the question mark. */
  readonly options?: readonly string[];
  /** Whether the host may be the folder of a Unix socket (`%2Frun%2Fpostgresql`), or left out. */
  readonly sockets?: boolean;
}

/**
 * Takes a URL apart by RFC 3986, the one reader of what is checked and of what is connected to. Stricter than the
 * WHATWG's, which drops line breaks, mends what is malformed and leaves the decoding to others: two programs that
 * read one text differently are how checks are bypassed.
 */
export function parseConnectionUrl(text: string, rules: UrlRules): Parsed<ConnectionUrl> {
  if (/[\s\p{Cc}]/u.test(text)) return { wrong: BLANKS };
  const parts = SHAPE.exec(text)?.groups;
  const scheme = parts?.['scheme']?.toLowerCase() ?? '';
  if (parts === undefined || !rules.schemes.includes(scheme)) return { wrong: SYNTAX };
  const decoded = decodedParts(parts);
  if (decoded === null) return { wrong: PERCENT };
  if (Object.values(decoded).some(part => /\p{Cc}/u.test(part ?? ''))) return { wrong: CONTROL };
  const port = portIn(parts['port']);
  if (port === 'wrong') return { wrong: PORT };
  const host = hostOf(decoded.host ?? '', rules.sockets === true);
  if (host === null) return { wrong: HOST };
  const options = optionsIn(parts['query'] ?? '', rules.options ?? []);
  if ('wrong' in options) return options;
  const { user, password, path } = decoded;
  return { value: { scheme, host, port, user, password, path: path ?? '', options: options.value } };
}

/** A schema of a text that `parse` takes apart. What is wrong with it is the message of the issue. */
export const parsedBy = <T>(parse: (text: string) => Parsed<T>) =>
  z.string().transform((text, context): T => {
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    context.addIssue({ code: 'custom', params: { said: parsed.wrong } });
    return z.NEVER;
  });

/** What {@link parsedBy} found wrong, in a sentence; '' where there is none, or another schema did. */
export function wrongIn(issue: z.core.$ZodIssue | undefined): string {
  const said: unknown = issue?.code === 'custom' ? issue.params?.['said'] : '';
  return typeof said === 'string' ? said : '';
}

const SHAPE =
  /^(?<scheme>[a-z][a-z\d+.-]*):\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<host>\[[^\]@/?#]*\]|[^:@/?#[\]]*)(?::(?<port>[^@/?#]*))?(?:\/(?<path>[^@?#]*))?(?:\?(?<query>[^@#]*))?$/i;

const BLANKS =
  'It has blanks or line breaks in it or around it: take them out, and write %20 for a blank in a name or password.';
const SYNTAX =
  'In a name or password write %40 for @, %2F for /, %3A for :, %3F for ?, %23 for #, %2C for , and %25 for %.';
const PERCENT =
  'A % in it begins no character: write %25 for a % in a name or password, and other characters in UTF-8.';
const CONTROL = 'It has a control character in it, such as %00 or %0A.';
const PORT = 'Its port is no number from 1 to 65535.';
const HOST = 'Its host is neither a name nor an address (IPv6 in square brackets).';
const TWICE = 'An option after its ? stands there twice.';

type Decoded = Readonly<Record<'host' | 'user' | 'password' | 'path', string | null>>;

function decodedParts(parts: Readonly<Record<string, string | undefined>>): Decoded | null {
  const [host, user, password, path] = ['host', 'user', 'password', 'path'].map(name => decode(parts[name]));
  if (host === undefined || user === undefined || password === undefined || path === undefined) return null;
  return { host, user: user === '' ? null : user, password: password === '' ? null : password, path };
}

/** Null: it is not there. Undefined: it cannot be decoded. */
function decode(text: string | undefined): string | null | undefined {
  if (text === undefined) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function portIn(text = ''): number | null | 'wrong' {
  if (text === '') return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : 'wrong';
}

function hostOf(text: string, sockets: boolean): string | null {
  if (sockets && (text === '' || text.startsWith('/'))) return text;
  const literal = /^\[(.+)\]$/.exec(text)?.[1];
  if (literal !== undefined) return isIPv6(literal) ? literal.toLowerCase() : null;
  const name = /^[\x21-\x7e]*$/.test(text) ? text.toLowerCase() : domainToASCII(text);
  return /^[a-z\d_]([a-z\d._-]*[a-z\d_.])?$/.test(name) ? name : null;
}

function optionsIn(query: string, known: readonly string[]): Parsed<ReadonlyMap<string, string>> {
  const options = new Map<string, string>();
  for (const pair of query.split('&').filter(part => part !== '')) {
    const [name, value] = [decode(pair.split('=')[0]), decode(pair.split('=').slice(1).join('='))];
    if (typeof name !== 'string' || typeof value !== 'string') return { wrong: PERCENT };
    if (!known.includes(name)) return { wrong: unknownOption(known) };
    if (/\p{Cc}/u.test(value)) return { wrong: CONTROL };
    if (options.has(name)) return { wrong: TWICE };
    options.set(name, value);
  }
  return { value: options };
}

/** Its name is not repeated: where a password was not encoded, it is a piece of that. */
const unknownOption = (known: readonly string[]): string =>
  known.length === 0
    ? 'It takes no options after a ?.'
    : `An option after its ? is none of those that are known: ${known.join(', ')}.`;
