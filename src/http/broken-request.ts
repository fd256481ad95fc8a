import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { RAW_SECURITY_HEADERS, setSecurityHeaders } from './security-headers.js';

const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Answers what Node's HTTP parser refuses (two lengths, folded headers, a head that never ends: ASVS 4.2.1)
 * with a status line and the usual security headers, and closes the connection. So too an `Expect` other
 * than `100-continue`, which Node would answer bare.
 */
export function rejectBrokenRequests(server: Server): void {
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const status = ANSWERS[error.code ?? ''] ?? '400 Bad Request';
    const body = bodyOf(status);
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n` +
        `${RAW_SECURITY_HEADERS}Connection: close\r\n\r\n${body}`,
    );
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
    reject(response, '417 Expectation Failed'),
  );
}

/**
 * Hands on to the application what it can read, and in one way only. Node's parser also takes a request without `Host` or
 * with several, of which it gives the first (RFC 9112, section 3.2), a body that is packed before it is cut into chunks,
 * and an absolute address that is none; Express would answer that one past all our own steps.
 */
export const onlyReadable =
  (application: RequestListener): RequestListener =>
  (request, response) => {
    const { url = '', headers, httpVersion } = request;
    const hosts = hostsIn(request.rawHeaders);
    const addressed = hosts === 1 || (hosts === 0 && httpVersion === '1.0');
    const packed = PACKED.test(headers['transfer-encoding'] ?? '');
    const readable = url.startsWith('/') || url === '*' || URL.canParse(url);
    if (addressed && readable && !packed) return application(request, response);
    reject(response, '400 Bad Request');
  };

/** More transfer codings than the one that is understood (RFC 9112, section 6.1); what does not end with it the parser refuses. */
const PACKED = /,[ \t]*chunked$/i;

/** How many lines of a head say which host is meant. @param raw names and values in turn. */
const hostsIn = (raw: readonly string[]): number =>
  raw.filter((text, index) => index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host').length;

function reject(response: ServerResponse, status: string): void {
  setSecurityHeaders(response);
  const body = bodyOf(status);
  response.writeHead(Number(status.slice(0, 3)), {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    Connection: 'close',
  });
  response.end(body);
}

const bodyOf = (status: string): string => `${status.slice(4)}: the request could not be read.\n`;
