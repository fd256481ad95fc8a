import type { Application } from '../../applications/application.js';
import { isWrongQuestion, type WrongQuestion } from '../../forward-auth/wrong-question.js';
import { type Answer, ask, type Asking } from './ask.js';
import type { Wrong } from './ping.js';
import { unreached } from './unreached.js';

/** Who goes there. */
export interface Visiting extends Asking {
  /** Where people sign in. */
  readonly publicUrl: string;
}

/** What somebody without a session says who goes to a page. */
const NAVIGATION = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};

/** Goes to an application's front page without a session: what is wrong where that does not lead to the sign-in. */
export async function visit(origin: string, { openPaths }: Application, visiting: Visiting): Promise<Wrong> {
  // Everybody may go there.
  if (openPaths.some(({ prefix }) => prefix === '/')) return null;
  const answer = await ask(new URL(`${origin}/`), NAVIGATION, visiting);
  if ('error' in answer) return unreached(answer.error);
  const { status, headers } = answer;
  const refused = headers['gatehouse-refused'];
  if (typeof refused === 'string' && isWrongQuestion(refused)) return REFUSED[refused];
  if (headers['gatehouse-sign-in'] !== undefined) return NO_NAVIGATION;
  if (isToSignIn(answer, origin, visiting.publicUrl)) return null;
  if (status >= 500) return `answers ${status} to somebody without a session. ${UNASKED}`;
  return `answers ${status} to somebody without a session: ${NO_GATE}`;
}

/** To the path that leads there, or, as nginx has fetched that already, there itself. */
function isToSignIn({ status, headers: { location } }: Answer, origin: string, publicUrl: string): boolean {
  if (status !== 303 || location === undefined || !URL.canParse(location, origin)) return false;
  const to = new URL(location, origin);
  return to.origin === origin
    ? to.pathname === '/.gatehouse/start'
    : to.href.startsWith(`${publicUrl}/enter?`);
}

const REFUSED: Readonly<Record<WrongQuestion, string>> = {
  peer:
    'is closed to everybody: the gate does not let its proxy ask. Name the address that the proxy comes from in ' +
    'GATE_PEERS; the server’s log has it (gate_refused).',
  question:
    'is closed to everybody: what its proxy asks the gate is no question. X-Original-URL and X-Original-Method (nginx), or ' +
    'X-Forwarded-Proto, -Host, -Uri and -Method (Caddy, Traefik), must each come once: none is there, or one came twice.',
  host:
    'is closed to everybody: its proxy asks the gate about a host that is no application’s. Let it ask about the one that ' +
    'people go to: in nginx "X-Original-URL https://$server_name$request_uri", with that name as server_name; Caddy ' +
    'asks so by itself, unless a proxy in front of it sends another Host.',
  scheme:
    'is closed to everybody: its proxy asks the gate about the right host with the wrong scheme or port. In nginx: ' +
    '"X-Original-URL https://…"; Caddy behind another proxy that speaks TLS believes it once "trusted_proxies" names it.',
};

const NO_NAVIGATION =
  'takes people for programs, and leads nobody to the sign-in: the proxy must pass the headers Accept, Sec-Fetch-Mode ' +
  'and Sec-Fetch-Dest on to the gate.';

const UNASKED =
  'The gate could not be asked, or did not answer: see that GATE_LISTEN is where the proxy asks ("upstream ' +
  'gatehouse_gate" in nginx, "forward_auth" in the Caddyfile), and that the server runs.';

const NO_GATE =
  'its proxy does not ask at the gate, or the name leads to another server. As it is, anybody may reach what answers ' +
  'there: "include gate.conf;" in nginx, "import gate" in the Caddyfile.';
