import { type IncomingHttpHeaders, request as overHttp } from 'node:http';
import { request as overTls } from 'node:https';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { codeOf } from '../../kernel/error-words.js';
import { seconds } from '../../kernel/durations.js';

/** Longer than a proxy takes to say that nobody answers it. */
const PATIENCE = seconds(15);

/** What came back: a head, of which nothing but the status is to be believed. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** How addresses are asked. */
export interface Asking {
  /** Where to ask in place of where a name leads; null: where it leads. */
  readonly at: string | null;
  /** A certificate authority, PEM, that counts beside those that Node knows; null for none. */
  readonly authority: string | null;
}

/**
 * Asks an address as a browser would, and follows it nowhere. The one place beside mail from which another server is asked:
 * by an operator, at an origin that an operator has written down. TLS is verified, against the host of the address also
 * where `at` names another place.
 * @returns what came back, or the error of who could not be reached.
 */
export function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { at, authority }: Asking,
): Promise<Answer | { readonly error: unknown }> {
  const { protocol, port, host, pathname, search } = url;
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isName = isIP(hostname) === 0;
  const options = {
    ...{ host: isName ? (at ?? hostname) : hostname, port, path: pathname + search, agent: false },
    headers: { host, ...headers },
    ...(isName ? { servername: hostname } : {}),
    ...(authority === null ? {} : { ca: [...rootCertificates, authority] }),
    rejectUnauthorized: true,
    signal: AbortSignal.timeout(PATIENCE),
  };
  return new Promise(resolve => {
    const asking = (protocol === 'https:' ? overTls : overHttp)(options, response => {
      const { statusCode: status = 0, headers: answered } = response;
      // What the body says is nobody's business here.
      response.destroy();
      resolve({ status, headers: answered });
    });
    asking.on('error', error => resolve({ error }));
    asking.end();
  });
}

/** Whether nobody answered within the time that there is. */
export const ranOutOfTime = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'AbortError') || codeOf(error) === 'ETIMEDOUT';
