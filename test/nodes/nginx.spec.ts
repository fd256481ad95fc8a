import { connect as connectTls, type SecureVersion } from 'node:tls';
import { connect as connectHttp2 } from 'node:http2';
import { once } from 'node:events';
import { Nginx } from '../support/nginx.js';
import { rawRequest } from '../support/raw-request.js';
import { SecureVisitor } from '../support/secure-visitor.js';
import { PASSWORD } from '../support/test-app.js';
import { TwoNodes } from './two-nodes.js';

describe('nginx in front of the nodes', () => {
  let installation: TwoNodes;
  let nginx: Nginx;
  beforeAll(async () => {
    installation = await TwoNodes.start();
    nginx = installation.nginx;
  });
  afterAll(() => installation?.stop());

  /** The version of TLS that both agree on for a name, or why they do not. */
  async function tls(servername: string, maxVersion: SecureVersion): Promise<string> {
    const options = { host: '127.0.0.1', port: nginx.port, ca: nginx.authority, servername };
    const socket = connectTls({ ...options, minVersion: 'TLSv1', maxVersion });
    try {
      await once(socket, 'secureConnect');
      return String(socket.getProtocol());
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    } finally {
      socket.destroy();
    }
  }

  it('speaks TLS 1.3 and 1.2, and nothing older', async () => {
    expect(await tls('localhost', 'TLSv1.3')).toBe('TLSv1.3');
    expect(await tls('localhost', 'TLSv1.2')).toBe('TLSv1.2');
    expect(await tls('localhost', 'TLSv1.1')).toMatch(/^(ERR_SSL|ECONNRESET)/);
  });

  it('answers under its own name only', async () => {
    expect(await tls('another.example.com', 'TLSv1.3')).toMatch(/UNRECOGNIZED_NAME/);
    const asked = rawRequest(nginx.plainPort, 'GET / HTTP/1.1\r\nHost: another.example.com\r\n\r\n');
    await expect(asked).rejects.toThrow('ECONNRESET');
  });

  it('speaks HTTP/2', async () => {
    const options = { ca: nginx.authority, servername: 'localhost' };
    const session = connectHttp2(`https://127.0.0.1:${nginx.port}`, options);
    try {
      const stream = session.request({ ':path': '/login', ':authority': `localhost:${nginx.port}` });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      expect(headers).toMatchObject({ ':status': 200, 'x-frame-options': 'DENY' });
    } finally {
      session.destroy();
    }
  });

  it('sends people from http to https, with what they asked for', async () => {
    const request =
      'GET /login?return_to=%2Faccount HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const { status, head } = await rawRequest(nginx.plainPort, request);
    expect(status).toBe(308);
    expect(head).toMatch(/^location: https:\/\/localhost\/login\?return_to=%2faccount$/m);
    expect(head).toMatch(/^server: nginx$/m);
  });

  it('tells the nodes where people come from, whatever they say themselves', async () => {
    const lies = {
      'x-forwarded-for': '198.51.100.7',
      forwarded: 'for=198.51.100.8',
      'x-real-ip': '198.51.100.9',
    };
    const visitor = installation.visitor();
    await visitor.post('/login', { username: 'ada', password: PASSWORD }, lies);
    const { body } = await visitor.get('/account/devices', lies);
    expect(body).toContain('127.0.0.1');
    expect(body).not.toContain('198.51.100');
  });

  it('writes down no secret of an address, and no address that people come from', async () => {
    const visitor = installation.visitor();
    const { status } = await visitor.get('/reset?token=a-secret-of-a-mail', {
      referer: `${visitor.origin}/verify?token=another-secret`,
    });
    expect(status).toBeLessThan(500);
    await nginx.access({ path: '/reset', status, method: 'GET' });
    expect(nginx.log()).not.toMatch(/secret|token/);
  });

  it('takes no more than a form holds', async () => {
    const visitor = installation.visitor();
    expect((await visitor.post('/login', { username: 'a'.repeat(70_000) })).status).toBe(413);
    expect((await nginx.access({ path: '/login', status: 413 })).node).toBe('');
  });

  it('compresses files, and no page', async () => {
    const visitor = installation.visitor();
    const asked = { 'accept-encoding': 'gzip' };
    const { headers, body } = await visitor.get('/login', asked);
    expect(headers['content-encoding']).toBeUndefined();
    const style = /href="(\/assets\/style-\w+\.css)"/.exec(body)?.[1] ?? '';
    expect((await visitor.get(style, asked)).headers).toMatchObject({ 'content-encoding': 'gzip' });
  });
});

describe('nginx without any node', () => {
  it('says that it is for a moment', async () => {
    const nginx = await Nginx.start([1, 1]);
    const visitor = new SecureVisitor(nginx);
    for (const answer of [await visitor.get('/login'), await visitor.post('/login')]) {
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5', 'cache-control': 'no-store' },
      });
    }
    await nginx.stop();
  });
});
