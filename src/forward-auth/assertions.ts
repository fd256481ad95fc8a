import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { DataKeys } from '../crypto/data-keys.js';
import { Es256Key, type PublicJwk } from '../crypto/es256.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, seconds, wholeSeconds } from '../kernel/durations.js';
import type { Inside } from './insiders.js';

/** How long an assertion is good for, and how long one is given again. */
const LIFE: Duration = seconds(60);
const REUSED: Duration = seconds(30);

/** How many are remembered; beyond it one is made anew. */
const MOST = 5000;

/** What kind of token it is: none that an OpenID Connect client would take. */
const TYPE = 'gatehouse+jwt';

/**
 * Who is there, signed: for applications that do not trust whatever reaches their port. Its keys are derived from the data
 * keys, one from each, so that every node has the same and `keys add` brings a new one; they sign nothing else.
 */
@Injectable()
export class Assertions {
  private readonly keys = new Map<string, Es256Key>();
  private readonly made = new Map<string, { readonly token: string; readonly at: Instant }>();

  constructor(
    private readonly dataKeys: DataKeys,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** The public keys, the one that signs first. */
  get publicKeys(): readonly PublicJwk[] {
    return this.dataKeys.ids.map(id => this.keyOf(id).jwk);
  }

  /** The assertion of somebody who is in an application. */
  of({ person, origin, sid, amr, provedAt }: Inside): string {
    const now = this.clock.now();
    const key = this.keyOf(this.dataKeys.current);
    const name = [sid, origin, provedAt, key.jwk.kid, ...amr].join(' ');
    const known = this.made.get(name);
    if (known !== undefined && Math.abs(now - known.at) < REUSED) return known.token;
    if (this.made.size >= MOST) this.made.clear();
    const iat = Math.floor(now / seconds(1));
    const token = key.token(TYPE, {
      iss: `${this.config.publicUrl}/forward-auth`,
      aud: origin,
      sub: person.id,
      sid,
      amr,
      ...(provedAt === null ? {} : { auth_time: Math.floor(provedAt / seconds(1)) }),
      iat,
      exp: iat + wholeSeconds(LIFE),
    });
    this.made.set(name, { token, at: now });
    return token;
  }

  private keyOf(id: string): Es256Key {
    const known = this.keys.get(id);
    if (known !== undefined) return known;
    const key = Es256Key.from(attempt => {
      const candidate = this.dataKeys.keyFor(id, `gate assertions ${attempt}`);
      if (candidate === null) throw new Error(`There is no data key ${id}.`);
      return candidate;
    });
    this.keys.set(id, key);
    return key;
  }
}
