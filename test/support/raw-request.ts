import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What a server sent before it closed the connection, or before the test lost patience. */
export interface RawAnswer {
  readonly text: string;
  readonly status: number;
  /** Header lines of the first answer, in lower case. */
  readonly head: string;
  /** How many answers came: more than one means that a request was smuggled in. */
  readonly answers: number;
  /** Whether the server closed the connection. */
  readonly closed: boolean;
}

/** Longer than any answer takes on a very busy machine; only a connection that wrongly stays open is waited for. */
const PATIENCE = 30_000;

/** Sends exactly these bytes, which no HTTP client would, and reads until the connection closes. */
export const rawRequest = (port: number, bytes: string | Buffer): Promise<RawAnswer> =>
  exchanged(connect(port, '127.0.0.1'), 'connect', bytes);

/** The same over TLS, with a server that is called `localhost`. */
export const rawTlsRequest = (
  { port, authority: ca }: { readonly port: number; readonly authority: string },
  bytes: string | Buffer,
): Promise<RawAnswer> =>
  exchanged(connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' }), 'secureConnect', bytes);

function exchanged(socket: Socket, ready: string, bytes: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    socket.once(ready, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    const done = (closed: boolean) => {
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({
        text,
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
        head: (text.split('\r\n\r\n')[0] ?? '').toLowerCase(),
        answers: text.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0,
        closed,
      });
    };
    socket.setTimeout(PATIENCE, () => done(false));
    socket.on('data', chunk => chunks.push(chunk));
    socket.on('end', () => done(true));
    socket.on('error', reject);
  });
}
