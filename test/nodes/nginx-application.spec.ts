import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { GateServer } from '../../src/forward-auth/gate-server.js';
import { freePort } from '../support/free-port.js';
import { InsideApplications } from '../support/inside-applications.js';
import { type Configuration, shippedWithApplication } from '../support/nginx-configuration.js';
import { Nginx } from '../support/nginx.js';
import { TestApp } from '../support/test-app.js';
import { FETCH, Wanderer } from '../support/wanderer.js';

/** One more than a network may have open at the sign-in. */
const MANY = 65;

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
      openPaths: [{ prefix: '/public', methods: ['GET', 'PUT'] }],
    });
    application = createServer((request, response) => {
      let length = 0;
      request.on('data', (chunk: Buffer) => (length += chunk.length));
      request.on('end', () => {
        const answer = () => response.writeHead(200, OWN).end(length === 0 ? 'a page' : String(length));
        if (request.url !== '/public/later' || letGo) return answer();
        waiting.push(answer);
        if (waiting.length === MANY) go();
      });
    });
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    const { port } = application.address() as AddressInfo;
    nginx = await Nginx.start([test.port, test.port], impatient(shippedWithApplication(gatePort, port)));
  });
  afterAll(async () => {
    await nginx.stop();
    for (const server of [application, gate]) {
      server?.closeAllConnections();
      server?.close();
    }
    await test.close();
  });

  const waiting: (() => void)[] = [];
  let letGo = false;
  const go = () => {
    letGo = true;
    waiting.splice(0).forEach(answer => answer());
  };

  const ask = (method: string, body?: string, path = '/public/a') =>
    new Wanderer(nginx.port, test.clock).send(`https://wiki.example.com${path}`, {
      method,
      headers: FETCH,
      ...(body === undefined ? {} : { body }),
    });

  it('leaves the headers of its answers as they are, and adds none of those of the sign-in', async () => {
    const { status, headers } = await ask('GET');
    const { connection: _, date: __, server: ___, 'transfer-encoding': ____, ...got } = headers;
    expect([status, got]).toEqual([200, OWN]);
  });

  it('takes what is larger than a form of the sign-in, and than nginx takes by itself', async () => {
    const { status, body } = await ask('PUT', 'x'.repeat(2 ** 21));
    expect([status, body]).toEqual([200, String(2 ** 21)]);
  });

  it('leaves the length of what is sent to the sign-in as it was, on the application’s host as well', async () => {
    expect((await ask('POST', 'x'.repeat(2 ** 17), '/.gatehouse/sign-out')).status).toBe(413);
  });

  it('counts no open requests of an application, as it does those of the sign-in', async () => {
    const found = await Promise.all(
      Array.from({ length: MANY }, () =>
        // Or, once one was refused, the others would wait for it.
        ask('GET', undefined, '/public/later').finally(go),
      ),
    );
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('waits for who sends to an application slowly, longer than for a form', async () => {
    const begin = async (host: string, path: string) => {
      const socket = connect({
        ...{ port: nginx.port, host: '127.0.0.1', servername: host, rejectUnauthorized: false },
      });
      await once(socket, 'secureConnect');
      socket.on('error', () => undefined);
      socket.write(
        `PUT ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nab`,
      );
      return socket;
    };
    const upload = await begin('wiki.example.com', '/public/a');
    const form = await begin('localhost', '/login');
    // Begun later, and given up by then.
    await new Promise(resolve => form.resume().on('close', resolve));
    upload.write('cd');
    let answer = '';
    for await (const chunk of upload) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

/** With one second in place of ten for what is sent. */
const impatient = ({ text, substitutions }: Configuration): Configuration => ({
  text: text.replace('client_body_timeout 10s;', 'client_body_timeout 1s;'),
  substitutions,
});
