import type { DataKeys } from '../../crypto/data-keys.js';
import { issueToken } from '../../crypto/secret-token.js';
import { proofsOf } from '../../forward-auth/ping-proof.js';
import { type Answer, ask, type Asking } from './ask.js';
import { unreached } from './unreached.js';

/** Who pings. */
export interface Pinging extends Asking {
  /** Those that the server has, too. */
  readonly keys: DataKeys;
  /** The name of a cookie as browsers have it before they enter. */
  readonly cookieNameAt: (origin: string) => string;
}

/** What is wrong between an address and Gatehouse, a sentence that goes on after it; null for nothing. */
export type Wrong = string | null;

/** What a ping has shown. */
export interface Pinged {
  readonly wrong: Wrong;
  /** Whether anybody answered: else there is nothing more to ask. */
  readonly reached: boolean;
}

/**
 * Asks `/.gatehouse/ping` through the proxy, and looks at what arrived there. What is sent opens nothing: a cookie and a
 * challenge made for this one question. That Gatehouse has answered, and no other server, is shown by a MAC.
 */
export async function ping(origin: string, pinging: Pinging): Promise<Pinged> {
  const { keys, cookieNameAt } = pinging;
  const challenge = issueToken().plain;
  const headers = {
    cookie: `${cookieNameAt(origin)}=${issueToken().plain}`,
    'gatehouse-challenge': challenge,
  };
  const answer = await ask(new URL(`${origin}/.gatehouse/ping`), headers, pinging);
  if ('error' in answer) return { reached: false, wrong: unreached(answer.error) };
  const seen = one(answer, 'gatehouse-origin');
  if (seen === null) return { reached: true, wrong: notOurs(answer) };
  const proofs = proofsOf(keys, challenge, seen === '' ? null : seen);
  const proven = proofs.includes(one(answer, 'gatehouse-proof') ?? '');
  return { reached: true, wrong: proven ? arrived(origin, seen, answer) : ANOTHER_GATEHOUSE };
}

function arrived(origin: string, seen: string, answer: Answer): Wrong {
  if (seen === '') return `${NO_HOST} ${SEND_HOST}`;
  if (seen !== origin) return `arrives at Gatehouse as ${seen}. ${SEND_HOST}`;
  return one(answer, 'gatehouse-cookies') === '1' ? null : NO_COOKIES;
}

function notOurs(answer: Answer): string {
  const { status } = answer;
  if (one(answer, 'gatehouse-sign-in') !== null) return NOT_PASSED_ON;
  if (one(answer, 'gatehouse-refused') !== null) return NOT_PASSED_ON;
  if (status >= 500) return `answers ${status} below /.gatehouse/. ${AWAY}`;
  return `answers ${status} below /.gatehouse/, and Gatehouse did not say so. ${ELSEWHERE}`;
}

/** A header that came once; null else. */
const one = ({ headers }: Answer, name: string): string | null => {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
};

const SEND_HOST =
  'Its proxy must send the Host that was asked for: "proxy_set_header Host $server_name;" below "location ^~ /.gatehouse/" ' +
  'in nginx; Caddy does so by itself, without "header_up Host".';

const NO_HOST = 'arrives at Gatehouse with the Host of no application.';

const NO_COOKIES =
  'arrives without its cookies: everybody would go round in a circle. The proxy, or one in front of it, takes the header ' +
  '"Cookie" away below /.gatehouse/: let it through.';

const NOT_PASSED_ON =
  'asks at the gate below /.gatehouse/, too, so that nobody could enter: the proxy must pass that on to Gatehouse ' +
  'unasked ("location ^~ /.gatehouse/" in gate.conf, "reverse_proxy @ours" in the Caddyfile, before "forward_auth").';

const AWAY =
  'The proxy does not reach Gatehouse: see that the server runs, and that the proxy passes /.gatehouse/ on to where it ' +
  'listens (HOST and PORT; "upstream gatehouse" in nginx, "reverse_proxy @ours" in the Caddyfile).';

const ELSEWHERE =
  'Either the name leads to another server, or its proxy has no site of that name, or does not pass /.gatehouse/ on to ' +
  'Gatehouse ("location ^~ /.gatehouse/" in gate.conf, "reverse_proxy @ours" in the Caddyfile).';

const ANOTHER_GATEHOUSE =
  'is answered by another Gatehouse than this one: by its answer it has other data keys. See where the proxy passes ' +
  '/.gatehouse/ on to, and that this command has the server’s DATA_DIR or DATA_KEY_FILE.';
