import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An application that nginx speaks SCGI with: it keeps the variables of the last request, and answers 200. */
export class ScgiApplication {
  /** Where one came twice, the later counts, as with most programs. */
  last: ReadonlyMap<string, string> = new Map();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<ScgiApplication> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const application = new ScgiApplication(server, (server.address() as AddressInfo).port);
    server.on('connection', socket => application.answer(socket));
    return application;
  }

  async stop(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }

  /** The variables are one netstring, `LENGTH:NAME\0VALUE\0…,`, before the body. */
  private answer(socket: Socket): void {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const [, length = '', rest = ''] = /^(\d+):(.*)$/s.exec(text) ?? [];
      if (length === '' || rest.length <= Number(length)) return;
      const parts = rest.slice(0, Number(length)).split('\0');
      this.last = new Map(
        parts.flatMap((name, at) => (at % 2 === 0 && name !== '' ? [[name, parts[at + 1] ?? '']] : [])),
      );
      socket.end('Status: 200 OK\r\nContent-Type: text/plain\r\n\r\na page');
    });
  }
}
