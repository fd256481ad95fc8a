import { codeOf, wordsOf } from '../../kernel/error-words.js';
import { tlsFailure, type TlsFailure } from '../../kernel/tls-failure.js';
import { ranOutOfTime } from './ask.js';

/** Why an address could not be asked, as a sentence that goes on after it and says what to do. */
export function unreached(error: unknown): string {
  const failed = tlsFailure(error);
  if (failed !== null) return TLS[failed];
  if (ranOutOfTime(error)) return TOO_LATE;
  const said = wordsOf(error);
  const [, known] = SAID.find(([words]) => words.test(said)) ?? [];
  return known ?? CODES[codeOf(error)] ?? `cannot be asked from here: ${said}.`;
}

const TLS: Readonly<Record<TlsFailure, string>> = {
  'another host':
    'has a certificate for other names: give its proxy one for this name, or see that the name leads to that proxy.',
  'unknown authority':
    'has a certificate of an authority that this machine does not know. If it is your own, name it: ' +
    '--ca FILE. Else the proxy lacks the chain, or a certificate of its own.',
  'out of date':
    'has a certificate that is not valid today: renew it, or put the clock of this machine right.',
  'client certificate':
    'ends the handshake of TLS: its proxy wants a certificate of whoever comes, or has none itself, or shares no version of TLS.',
  'no TLS': 'does not speak TLS: its proxy must listen with TLS at that port ("listen 443 ssl" in nginx).',
  'unusable file': 'cannot be asked: the file of --ca holds no certificate (PEM).',
};

const TOO_LATE =
  'gives no answer: see that the name leads to the proxy, that the proxy runs, and that no firewall stands between.';

const NO_SUCH_NAME =
  'is a name that the server there does not know: write it into the proxy’s configuration ("server_name" in nginx, ' +
  'the name of a site in a Caddyfile), then let the proxy read it again.';

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'cannot be reached: nobody listens at that port. Start the proxy, or see that the name leads to it.',
  ENOTFOUND:
    'is a name that leads nowhere from here: enter it in the DNS or in /etc/hosts, or say where the proxy is: --at ADDRESS.',
  EAI_AGAIN:
    'is a name that cannot be looked up now: see that this machine reaches its DNS, or say where the proxy is: --at ADDRESS.',
  EHOSTUNREACH: 'cannot be reached: no way leads there from this machine. See where the name leads to.',
  ECONNRESET:
    'ends the connection without an answer: see in the log of the proxy why, and that it has a site of that name.',
};

/** What OpenSSL says; its code is lost (EPROTO) where it says so while something is written. */
const SAID: readonly (readonly [words: RegExp, sentence: string])[] = [
  // RFC 6066, section 3; and what Caddy answers where it has no certificate for a name.
  [/unrecognized name|alert internal error/, NO_SUCH_NAME],
  [/wrong version number|packet length too long/, TLS['no TLS']],
];
