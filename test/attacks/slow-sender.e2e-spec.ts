import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { TestApp } from '../support/test-app.js';

describe('somebody who sends byte by byte', () => {
  let test: TestApp;
  let server: Server;
  beforeAll(async () => {
    test = await TestApp.start();
    server = test.app.getHttpServer() as Server;
  });
  afterAll(() => test.close());

  /** Sends the beginning of a request and reads what comes until the connection is closed. */
  async function begin(request: string): Promise<string> {
    const socket = connect(test.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(request);
    return text(socket);
  }

  it('has 10 seconds for a head and 30 for a whole request, and is looked for every second', () => {
    expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000 });
    expect(server).toMatchObject({ connectionsCheckingInterval: 1000 });
  });

  it('is told so as soon as that time is over, and the connection is closed', async () => {
    const began = performance.now();
    [server.headersTimeout, server.requestTimeout] = [50, 100];
    const head = 'POST /login HTTP/1.1\r\nHost: localhost\r\n';
    const answers = await Promise.all([
      begin(head),
      begin(`${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nuser`),
    ]);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    // Not the 30 seconds in which Node looks of its own accord.
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
