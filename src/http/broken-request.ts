import type { Server } from 'node:http';
import { RAW_SECURITY_HEADERS } from './security-headers.js';

const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Answers what Node's HTTP parser refuses (two lengths, folded headers, a head that never ends: ASVS 4.2.1)
 * with a status line and the usual security headers, and closes the connection.
 */
export function rejectBrokenRequests(server: Server): void {
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const status = ANSWERS[error.code ?? ''] ?? '400 Bad Request';
    const body = `${status.slice(4)}: the request could not be read.\n`;
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n` +
        `${RAW_SECURITY_HEADERS}Connection: close\r\n\r\n${body}`,
    );
  });
}
