import { once } from 'node:events';
import type { Server } from 'node:http';
import { localOrigin } from '../../src/audit/security-event.js';
import type { Application } from '../../src/applications/application.js';
import { Applications } from '../../src/applications/applications.js';
import { Definition, type WrittenDown } from '../../src/applications/definition.js';
import { GateServer } from '../../src/forward-auth/gate-server.js';
import { comingAgain } from './come-again.js';
import { EchoApplication } from './echo-application.js';
import { freePort } from './free-port.js';
import { type Fault, type GatePlaces, GateProxy } from './gate-proxies.js';
import { PASSWORD, TestApp } from './test-app.js';
import { type Found, Wanderer } from './wanderer.js';

export type ProxyKind = 'nginx' | 'caddy';

/** A sign-in, two applications on domains of their own, and a proxy in front of all three. */
export class GatedSite {
  private constructor(
    readonly test: TestApp,
    private proxy: GateProxy,
    readonly gate: Server,
    readonly places: GatePlaces,
    readonly wikiApp: EchoApplication,
    readonly toolsApp: EchoApplication,
  ) {}

  static async start(
    kind: ProxyKind,
    environment: Record<string, string> = {},
    wikiPort?: number,
    faults: readonly Fault[] = [],
  ): Promise<GatedSite> {
    const [wikiApp, toolsApp] = [await EchoApplication.start(), await EchoApplication.start()];
    const [port, gatePort] = [await freePort(), await freePort()];
    const test = await TestApp.start({
      PUBLIC_URL: `https://login.example.com:${port}`,
      GATE_LISTEN: String(gatePort),
      TRUST_PROXY: 'loopback',
      ...environment,
    });
    const gate = await test.get(GateServer).listen();
    if (gate === null) throw new Error('No gate.');
    const places = {
      port,
      server: test.port,
      gate: gatePort,
      wiki: wikiPort ?? wikiApp.port,
      tools: toolsApp.port,
    };
    return new GatedSite(test, await GateProxy[kind](places, faults), gate, places, wikiApp, toolsApp);
  }

  get login(): string {
    return `https://login.example.com:${this.places.port}`;
  }
  get wiki(): string {
    return `https://wiki.example.com:${this.places.port}`;
  }
  get tools(): string {
    return `https://tools.example.net:${this.places.port}`;
  }

  /** Puts another proxy in the place of its own: connections end, people stay in. */
  async changeProxy(kind: ProxyKind, faults: readonly Fault[]): Promise<void> {
    await this.proxy.stop();
    this.proxy = await GateProxy[kind](this.places, faults);
  }

  /** Adds an application, open to everybody unless something else is said. */
  async add(changes: Partial<WrittenDown> = {}): Promise<void> {
    const usual = {
      name: 'wiki',
      label: 'The wiki',
      origins: [this.wiki] as [string],
      everybody: true,
      includingRegistered: changes.everybody ?? true,
    };
    const wanted = Definition.parse({ ...usual, ...changes });
    const done = await comingAgain(() => this.test.get(Applications).add(wanted, localOrigin('test')));
    if (done.outcome !== 'done') throw new Error(JSON.stringify(done));
  }

  /** Changes the application of a name. */
  async change(name: string, changes: Partial<WrittenDown>): Promise<void> {
    const changed = (before: Application) => {
      const { admits: _, told: __, recent: ___, longest: ____, ...rest } = before;
      return Definition.parse({
        ...rest,
        everybody: before.admits !== 'groups',
        includingRegistered: before.admits === 'registered' && changes.everybody !== false,
        ...changes,
      });
    };
    const applications = this.test.get(Applications);
    const done = await comingAgain(() => applications.change(name, changed, localOrigin('test')));
    if (done.outcome !== 'done') throw new Error(JSON.stringify(done));
  }

  visitor(): Wanderer {
    return new Wanderer(this.places.port, this.test.clock);
  }

  /** Fills in the sign-in form that somebody was led to, and goes on to where that leads. */
  async signIn(who: Wanderer, at: Found, username = 'ada'): Promise<Found> {
    const back = new URL(at.url).searchParams.get('return_to') ?? '';
    const answer = await who.insist(`${this.login}/login`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        origin: this.login,
      },
      body: new URLSearchParams({ username, password: PASSWORD, return_to: back }).toString(),
    });
    if (answer.status !== 303) throw new Error(`Sign-in answered ${answer.status}.`);
    return who.go(new URL(answer.headers.location ?? '', this.login).href, {
      headers: { 'sec-fetch-site': 'same-origin' },
    });
  }

  /** Somebody who has signed in on the way to an application. */
  async inside(address = this.wiki, username = 'ada'): Promise<Wanderer> {
    const who = this.visitor();
    const found = await this.signIn(who, await who.go(address), username);
    if (!found.url.startsWith(new URL(address).origin)) throw new Error(`${found.url}: ${found.status}`);
    return who;
  }

  async close(): Promise<void> {
    await this.proxy.stop();
    this.gate.closeAllConnections();
    this.gate.close();
    await once(this.gate, 'close');
    for (const app of [this.wikiApp, this.toolsApp]) await app.stop();
    await this.test.close();
  }
}
