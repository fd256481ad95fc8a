import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../src/kernel/clock.js';
import { seconds } from '../../src/kernel/durations.js';
import { MOST_TRIES } from './come-again.js';

/** What came back, and from where. */
export interface Found {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a browser says of somebody who goes to a page by a link on another site. */
export const NAVIGATION: Readonly<Record<string, string>> = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'cross-site',
};

/** Typed, a bookmark or Back, in Epiphany on Debian. */
export const TYPED_IN_WEBKIT: Readonly<Record<string, string>> = {
  'sec-fetch-site': 'none',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
};

/** And in Chromium. */
export const TYPED_IN_CHROMIUM: Readonly<Record<string, string>> = {
  'sec-fetch-site': 'none',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
};

/** And of a script that asks for something. */
export const FETCH: Readonly<Record<string, string>> = {
  accept: '*/*',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-origin',
};

/** How a request is sent. */
export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** The path exactly as it goes out, in place of the URL's own. */
  readonly raw?: string;
}

/**
 * Somebody with a browser who goes from host to host over TLS, each with its own cookies. Cookies end
 * when they say so, by the clock of the test.
 */
export class Wanderer {
  readonly jars = new Map<string, Map<string, string>>();
  /** When what ends by itself does: by the host and the cookie's name. */
  private readonly ends = new Map<string, number>();

  constructor(
    /** Where those are whose addresses name no port. */
    private readonly port: number,
    private readonly clock: Clock,
  ) {}

  /** Follows every redirect, as somebody does who goes to a page. @returns where it ends. */
  async go(url: string, sending: Sending = {}): Promise<Found> {
    let site = 'cross-site';
    let here = await this.insist(url, { ...sending, headers: { ...NAVIGATION, ...sending.headers } });
    for (let step = 0; step < 12; step += 1) {
      const refresh = /^\d+; ?url=(.+)$/.exec(String(here.headers['refresh'] ?? ''))?.[1];
      const next = here.headers.location ?? refresh;
      if (next === undefined) return here;
      const to = new URL(next, here.url);
      if (to.host !== new URL(here.url).host) site = 'cross-site';
      here = await this.insist(to.href, { headers: { ...NAVIGATION, 'sec-fetch-site': site } });
    }
    throw new Error(`Round in a circle, at ${here.url}.`);
  }

  /** One request, and the same again as long as whoever sends it is told to come again: a busy machine turns some away. */
  async insist(url: string, sending: Sending = {}): Promise<Found> {
    for (let tries = 1; ; tries += 1) {
      const found = await this.send(url, sending);
      if (found.status !== 503 || tries === MOST_TRIES) return found;
    }
  }

  /** One request, with the cookies of its host. */
  send(url: string, { method = 'GET', headers = {}, body, raw }: Sending = {}): Promise<Found> {
    const { hostname, host, port, pathname, search } = new URL(url);
    const cookie = this.cookiesOf(hostname);
    const sent = { host, ...(cookie === '' ? {} : { cookie }), ...headers };
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const going = request(
        {
          ...{ method, path: raw ?? pathname + search, headers: { ...sent, ...length } as never },
          ...{ host: '127.0.0.1', port: port === '' ? this.port : port, servername: hostname, agent: false },
          rejectUnauthorized: false,
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            response.headers['set-cookie']?.forEach(line => this.keep(hostname, line));
            const { statusCode: status = 0, headers: answered } = response;
            resolve({ url, status, headers: answered, body: Buffer.concat(chunks).toString() });
          });
        },
      );
      going.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body: '' });
      });
      going.on('error', reject);
      going.end(body);
    });
  }

  /** The header `Cookie` for a host. */
  cookiesOf(hostname: string): string {
    const now = this.clock.now();
    for (const name of this.jars.get(hostname)?.keys() ?? [])
      if ((this.ends.get(`${hostname} ${name}`) ?? Infinity) <= now) this.jars.get(hostname)?.delete(name);
    return [...(this.jars.get(hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Somebody with the same cookies. */
  copy(): Wanderer {
    const twin = new Wanderer(this.port, this.clock);
    for (const [cookie, end] of this.ends) twin.ends.set(cookie, end);
    for (const [host, jar] of this.jars) twin.jars.set(host, new Map(jar));
    return twin;
  }

  private keep(hostname: string, line: string): void {
    const jar = this.jars.get(hostname) ?? new Map<string, string>();
    this.jars.set(hostname, jar);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const life = Number(/; max-age=(\d+)/i.exec(line)?.[1] ?? Infinity);
    this.ends.set(`${hostname} ${name}`, this.clock.now() + seconds(life));
    if (life === 0 || value === '') jar.delete(name);
    else jar.set(name, value);
  }
}
