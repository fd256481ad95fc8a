import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { DOCUMENTED_WITH_FEW_PLACES, SHIPPED_WITH_FEW_PLACES } from '../support/nginx-configuration.js';
import { Nginx } from '../support/nginx.js';
import { SecureVisitor } from '../support/secure-visitor.js';
import { TestApp } from '../support/test-app.js';

/** More than nginx has places. */
const MANY = 160;
/** How many requests of one address are let in at a time. */
const LET_IN = 64;

/**
 * Between two bytes of a form, in milliseconds: nginx gives up on whoever sends none for 10 s, and a busy machine takes longer
 * than that until all have begun. Who is refused has been told so before the first of them.
 */
const SLOWLY = 4000;

/** Somebody who sends forms byte by byte, from an address of their own, over as many connections as they get. */
class SlowSender {
  private readonly sockets: TLSSocket[] = [];
  private readonly answers: Promise<string>[] = [];

  constructor(private readonly nginx: Nginx) {}

  /** Begins one more form. Resolves when there is a connection for it, or none to be had. */
  async begin(): Promise<void> {
    const { port, authority: ca } = this.nginx;
    const plain = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
    const socket = connectTls({ socket: plain, ca, servername: 'localhost' });
    plain.on('error', () => socket.destroy());
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    let answer = '';
    socket.on('data', chunk => (answer += String(chunk)));
    this.answers.push(new Promise(resolve => socket.once('close', () => resolve(answer))));
    await new Promise(resolve => socket.once('secureConnect', resolve).once('close', resolve));
    if (socket.destroyed) return;
    socket.write('POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\nusername=a');
    const slowly = setInterval(() => socket.write('a'), SLOWLY);
    socket.once('close', () => clearInterval(slowly));
  }

  /** What the first of them to be refused were told, whose connections are closed. */
  async refused(count: number): Promise<string[]> {
    const refused: string[] = [];
    const enough = new Promise<void>(resolve => {
      for (const answer of this.answers)
        void answer.then(text => {
          if (refused.push(text) === count) resolve();
        });
    });
    await enough;
    return refused;
  }

  /** How many of them are still let send. */
  get letIn(): number {
    return this.sockets.filter(({ readyState }) => readyState === 'open').length;
  }

  leave(): void {
    this.sockets.forEach(socket => socket.destroy());
  }
}

describe.each([
  ['deploy/nginx.conf', SHIPPED_WITH_FEW_PLACES],
  ['the nginx of docs/tls.md', DOCUMENTED_WITH_FEW_PLACES],
])('%s, where one address sends many forms byte by byte', (_, configuration) => {
  let test: TestApp;
  let nginx: Nginx;
  let sender: SlowSender;

  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    nginx = await Nginx.start([test.port, test.port], configuration);
    sender = new SlowSender(nginx);
    for (let turn = 0; turn < MANY; turn++) await sender.begin();
  });
  afterAll(async () => {
    sender.leave();
    await nginx.stop();
    await test.close();
  });

  it('serves everybody else', async () => {
    const visitor = new SecureVisitor(nginx);
    expect((await visitor.get('/login')).status).toBe(200);
    visitor.leave();
  });

  it('lets so many in, tells the others to wait, and keeps no place for them', async () => {
    const [answer = '', ...others] = await sender.refused(MANY - LET_IN);
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).toMatch(/^Retry-After: 5\r$/m);
    expect(answer).toMatch(/^Connection: close\r$/m);
    expect(answer).toMatch(/Your network sends too much at once\. Try again in a few seconds\.\n$/);
    expect(others.filter(other => !other.startsWith('HTTP/1.1 429 '))).toEqual([]);
    expect(sender.letIn).toBe(LET_IN);
  });
});
