import type { TestApp } from './test-app.js';
import type { Answer } from './visitor.js';

/** Sends bodies as they are, each from an address of its own, so that no case runs into another one's limit. */
export class ManySenders {
  private count = 0;

  /** @param test an application that trusts its proxy: `TRUST_PROXY: 'loopback'`. */
  constructor(private readonly test: () => TestApp) {}

  /** Posts to `path` as a form of this site, unless `headers` say otherwise. */
  readonly send = (
    body: string | Buffer,
    headers: Record<string, string | null> = {},
    path = '/login',
  ): Promise<Answer> => {
    this.count += 1;
    const usual = {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      'x-forwarded-for': `2001:db8:${this.count.toString(16)}::1`,
    };
    return this.test()
      .visitor()
      .send('POST', path, body, { ...usual, ...headers });
  };
}
