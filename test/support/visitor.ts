import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type RequestOptions,
} from 'node:http';
import { MOST_TRIES } from './come-again.js';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Lines of `Set-Cookie`. */
  readonly setCookies: readonly string[];
  readonly location: string | null;
}

/**
 * Somebody with a browser and a cookie jar, who sends what a browser sends. Headers given as null are left
 * out.
 */
export class Visitor {
  readonly cookies = new Map<string, string>();
  /** Which mailed link the page of each path is about, where one stands open: its form carries that. */
  readonly links = new Map<string, string>();
  /** The address that people type. */
  readonly origin: string = 'http://localhost:4000';

  constructor(protected readonly port: number) {}

  get(path: string, headers: Record<string, string | null> = {}): Promise<Answer> {
    const link = this.links.get(path);
    return this.send('GET', link === undefined ? path : `${path}?link=${link}`, undefined, {
      'sec-fetch-site': 'none',
      'sec-fetch-mode': 'navigate',
      ...headers,
    });
  }

  post(
    path: string,
    fields: Record<string, string> | string = {},
    headers: Record<string, string | null> = {},
  ): Promise<Answer> {
    const link = this.links.get(path);
    const form = typeof fields === 'string' || link === undefined ? fields : { link, ...fields };
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
    const usual = {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: this.origin,
    };
    return this.send('POST', path, body, { ...usual, ...headers });
  }

  /** Posts a form of a signed-in page, with the session's token. */
  async postForm(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    return this.post(path, { ...fields, _csrf: await this.csrf() });
  }

  signIn(username: string, password: string, fields: Record<string, string> = {}): Promise<Answer> {
    return this.post('/login', { username, password, ...fields });
  }

  /** Signs in, as one of those who {@link insist}. */
  arrive(username: string, password: string, fields: Record<string, string> = {}): Promise<Answer> {
    return this.insist('/login', { username, password, ...fields });
  }

  /**
   * Posts, and comes again as long as they are told to (503): a machine that is busy with something else turns people
   * away whom it would keep waiting for too long, and nothing is left of that.
   */
  async insist(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.post(path, fields, headers);
      if (answer.status !== 503 || tries === MOST_TRIES) return answer;
    }
  }

  /** The token that the forms of this person's pages carry, from one for which no notice waits. */
  async csrf(): Promise<string> {
    const { body } = await this.get('/confirm');
    return /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
  }

  /** The same person in another browser that holds the same cookies: a thief, or a second tab. */
  copy(): Visitor {
    const twin = new Visitor(this.port);
    for (const [name, value] of this.cookies) twin.cookies.set(name, value);
    for (const [path, link] of this.links) twin.links.set(path, link);
    return twin;
  }

  /** Any request at all. */
  send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Record<string, string | null> = {},
  ): Promise<Answer> {
    const sent: OutgoingHttpHeaders = {};
    if (this.cookies.size > 0)
      sent['cookie'] = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (body !== undefined) sent['content-length'] = Buffer.byteLength(body);
    for (const [name, value] of Object.entries(headers)) if (value !== null) sent[name] = value;
    return new Promise((resolve, reject) => {
      const going = this.open({ method, path, headers: sent }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const setCookies = response.headers['set-cookie'] ?? [];
          setCookies.forEach(line => this.keep(line));
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
            setCookies,
            location: response.headers.location ?? null,
          });
        });
      });
      going.on('error', reject);
      going.end(body);
    });
  }

  /** Begins a request, on a connection of its own. */
  protected open(options: RequestOptions, answered: (response: IncomingMessage) => void): ClientRequest {
    return request({ ...options, host: '127.0.0.1', port: this.port, agent: false }, answered);
  }

  private keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/max-age=0/i.test(line) || value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
