import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { DataKeys } from '../crypto/data-keys.js';
import { HostCookies } from './host-cookies.js';
import type { HostAnswer } from './host-page.js';
import { isChallenge, proofsOf } from './ping-proof.js';

/** `/.gatehouse/ping`: says what arrived, for who looks whether a proxy passes on what it should (`app check --live`). */
@Injectable()
export class Ping {
  constructor(
    private readonly cookies: HostCookies,
    private readonly keys: DataKeys,
  ) {}

  /** @param origin that of the application whose `Host` arrived; null where it is that of none. */
  answer(origin: string | null, headers: IncomingHttpHeaders): HostAnswer {
    const challenge = headers['gatehouse-challenge'];
    const [proof = ''] = isChallenge(challenge) ? proofsOf(this.keys, challenge, origin) : [];
    const cookies = origin === null ? 0 : this.cookies.browsersIn(headers.cookie, origin).length;
    const seen = { 'Gatehouse-Origin': origin ?? '', 'Gatehouse-Cookies': String(cookies) };
    return {
      status: origin === null ? 403 : 204,
      headers: { ...seen, 'Gatehouse-Proof': proof },
      page: null,
    };
  }
}
