import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A proxy for browsers (`CONNECT`) that finds every name on this machine, as a line in `/etc/hosts` would. */
export class Tunnel {
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Tunnel> {
    const server = createServer();
    server.on('connect', (request, browser) => {
      const there = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        browser.write('HTTP/1.1 200 Connection established\r\n\r\n');
        browser.pipe(there).pipe(browser);
      });
      for (const end of [there, browser])
        end.on('error', () => {
          there.destroy();
          browser.destroy();
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Tunnel(server);
  }

  /** Host and port. */
  get place(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
