import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { OpenConnections } from './open-connections.js';

describe('OpenConnections', () => {
  let server: Server;
  let connections: OpenConnections;
  let waiting: ServerResponse[];

  beforeEach(async () => {
    waiting = [];
    server = createServer((_, response) => waiting.push(response));
    connections = new OpenConnections(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (): Socket => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
    return connect(address.port, '127.0.0.1');
  };
  const arrived = async (count: number) => {
    while (waiting.length < count) await once(server, 'request');
  };
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  it('answers all that are under way on a connection, and says so in the last answer', async () => {
    const socket = open();
    const received = text(socket);
    socket.write(request('/first') + request('/second'));
    await arrived(2);
    await connections.refuseNew();
    for (const response of waiting) response.end(response.req.url);
    const answers = (await received).split('HTTP/1.1').slice(1);
    expect(answers.map(answer => /Connection: (.*)\r\n[^]*\r\n(.*)$/.exec(answer)?.slice(1))).toEqual([
      ['keep-alive', '/first'],
      ['close', '/second'],
    ]);
  });

  it('reads what came in time before it closes a connection, though it had no time for it before', async () => {
    const [idle, hurry] = [50, new AbortController().signal];
    server.on('request', (_, response) => response.end());
    const socket = open();
    let received = '';
    socket.on('data', chunk => (received += String(chunk)));
    socket.write(request('/first'));
    await once(socket, 'data');
    await connections.refuseNew();
    const ended = connections.end({ idle, whole: 10_000, hurry });
    socket.write(request('/second'));
    // Until its time is over, the machine is busy with something else.
    const until = performance.now() + 2 * idle;
    while (performance.now() < until) continue;
    await Promise.all([ended, once(socket, 'close')]);
    expect(received.match(/(?<=^Connection: )\S+/gm)).toEqual(['keep-alive', 'close']);
  });
});
