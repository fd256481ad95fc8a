import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GateServer } from '../../src/forward-auth/gate-server.js';
import { freePort } from '../support/free-port.js';
import { InsideApplications } from '../support/inside-applications.js';
import { shippedWithApplication } from '../support/nginx-configuration.js';
import { Nginx } from '../support/nginx.js';
import { TestApp } from '../support/test-app.js';
import { FETCH, Wanderer } from '../support/wanderer.js';

/** What an application says of its own page. */
const OWN = {
  'content-type': 'text/html',
  'content-security-policy': "default-src 'self'",
  'cache-control': 'public, max-age=60',
};

describe('deploy/nginx.conf with an application behind it', () => {
  let test: TestApp;
  let gate: Server | null;
  let application: Server;
  let nginx: Nginx;
  beforeAll(async () => {
    const gatePort = await freePort();
    test = await TestApp.start({ TRUST_PROXY: 'loopback', GATE_LISTEN: String(gatePort) });
    gate = await test.get(GateServer).listen();
    await new InsideApplications(test).add('wiki', {
      everybody: true,
      openPaths: [{ prefix: '/public', methods: ['GET', 'POST'] }],
    });
    application = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(200, OWN).end('a page'));
    });
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    const { port } = application.address() as AddressInfo;
    nginx = await Nginx.start([test.port, test.port], shippedWithApplication(gatePort, port));
  });
  afterAll(async () => {
    await nginx.stop();
    for (const server of [application, gate]) {
      server?.closeAllConnections();
      server?.close();
    }
    await test.close();
  });

  const ask = (method: string, body?: string) =>
    new Wanderer(nginx.port, test.clock).send('https://wiki.example.com/public/a', {
      method,
      headers: FETCH,
      ...(body === undefined ? {} : { body }),
    });

  it('leaves the headers of its answers as they are, and adds none of those of the sign-in', async () => {
    const { status, headers } = await ask('GET');
    const { connection: _, date: __, server: ___, 'transfer-encoding': ____, ...got } = headers;
    expect([status, got]).toEqual([200, OWN]);
  });

  it('takes what is larger than a form of the sign-in', async () => {
    expect((await ask('POST', 'x'.repeat(200_000))).status).toBe(200);
  });
});
