import type { RedisConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { codeOf, wordsOf } from '../kernel/error-words.js';
import { tlsFailure, type TlsFailure } from '../kernel/tls-failure.js';

/** Why Redis cannot be used, and what to do about it. Never a password. */
export function explainRedis(error: unknown, config: RedisConfig): ConfigError {
  const said = wordsOf(error).replace(/^Redis: /, '');
  return new ConfigError(`REDIS_URL: Redis cannot be used: ${said}. ${adviceOn(error, said, config)}`);
}

function adviceOn(error: unknown, said: string, { nodes: [{ tls }] }: RedisConfig): string {
  const failed = tlsFailure(error);
  if (failed !== null) return TLS[failed];
  if (/redis\+sentinel:/.test(said)) return 'Then start again.';
  if (/none is called/.test(said)) return 'The name stands behind the last "/" of the Sentinels’ addresses.';
  if (/NOAUTH|WRONGPASS|AUTH|NOPERM/.test(said)) return 'Check the name and the password in it.';
  if (/certificate|self-signed|SSL|TLS/i.test(said)) return TLS['unknown authority'];
  // Redis takes the beginning of TLS for a command that is not over yet, and closes a connection that begins with none.
  if (tls && /timeout/i.test(said)) return `${RUNS} (Does it speak TLS at this port? If not, use redis://.)`;
  if (!tls && (codeOf(error) === 'ECONNRESET' || /closed unexpectedly/.test(said)))
    return `${RUNS} (Does it speak TLS at this port? Then use rediss://.)`;
  return RUNS;
}

const RUNS = 'See that it runs and can be reached from here, then start again.';

const TLS: Readonly<Record<TlsFailure, string>> = {
  'another host':
    'Its certificate is for another host: name in REDIS_URL a host that stands in it, or give it one for this host.',
  'unknown authority':
    'Name its certificate authority with NODE_EXTRA_CA_CERTS=FILE, or mend its certificate.',
  'out of date': 'Renew its certificate, or put the clock of this machine right.',
  'client certificate':
    'It wants a certificate of its clients, and Gatehouse shows none: set tls-auth-clients to no in its configuration ' +
    'and let it ask for a name and a password. (Or the two share no version of TLS.)',
  'no TLS': 'It does not speak TLS at this port: use redis://, or the port at which it does.',
  'unusable file': 'See that NODE_EXTRA_CA_CERTS names a file of certificates.',
};
