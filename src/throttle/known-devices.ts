import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import { DataKeys } from '../crypto/data-keys.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret, sameSecret } from '../crypto/secret-token.js';
import { hostCookie, readCookie, setCookieLine } from '../http/cookies.js';
import type { Visit } from '../http/visit.js';
import { days, type Duration } from '../kernel/durations.js';

/** The part of its cookie's name. */
const NAME = 'device';
/** What its seals are made with. */
const PURPOSE = 'known devices';

/** As long as browsers keep any cookie (RFC 6265bis). */
const LIFE: Duration = days(400);

/** Accounts one browser is known to; the latest. */
const MOST_ACCOUNTS = 5;

/** A name of 16 random bytes, then a seal per account. */
const SHAPE = /^[\w-]{22}(\.[\w-]{22}){1,5}$/;

/**
 * A browser from which somebody has signed in before. It proves nothing of who sits there and signs nobody
 * in: it gives the owner a budget of attempts of their own, and tells a new device from an old one. The
 * cookie holds a random name and, per account, a seal that only this server can make: with a data key, because it outlives
 * session secrets.
 */
@Injectable()
export class KnownDevices {
  constructor(
    private readonly config: AppConfig,
    private readonly secrets: SecretRing,
    private readonly keys: DataKeys,
  ) {}

  /** Tells under which name this browser is known to an account; null where it is not. */
  reader({ cookies }: Visit): (userId: string) => string | null {
    const [name, ...seals] = this.read(cookies);
    if (name === undefined) return () => null;
    return userId => {
      const expected = this.secretsOfAll().map(secret => seal(secret, name, userId));
      const known = seals.some(given => expected.some(own => sameSecret(given, own)));
      return known ? name : null;
    };
  }

  /** Makes this browser known to the account that has just signed in. @returns the `Set-Cookie` value that does it. */
  remember({ cookies }: Visit, userId: string): string {
    const [name = randomText(16), ...seals] = this.read(cookies);
    const own = seal(this.keys.allFor(PURPOSE)[0], name, userId);
    const kept = seals.filter(given => given !== own).slice(0, MOST_ACCOUNTS - 1);
    return setCookieLine(NAME, [name, own, ...kept].join('.'), LIFE, this.config);
  }

  /** Whether somebody has signed in from this browser, whoever it was. */
  hasVisited({ cookies }: Visit): boolean {
    return this.read(cookies).length > 0;
  }

  /** Makes this browser one from which nobody has signed in. @returns the `Set-Cookie` value that does it. */
  forget(): string {
    return setCookieLine(NAME, '', 0, this.config);
  }

  /**
   * Of every data key; and of the session secrets, which made the seals of versions before data keys: a cookie lasts for
   * 400 days, and a browser that is known stays so over an upgrade.
   */
  private secretsOfAll(): readonly (Buffer | string)[] {
    return [...this.keys.allFor(PURPOSE), ...this.secrets.for(PURPOSE)];
  }

  private read(cookies: string): readonly string[] {
    const value = readCookie(cookies, hostCookie(NAME, this.config));
    return value !== null && SHAPE.test(value) ? value.split('.') : [];
  }
}

const seal = (secret: Buffer | string, name: string, userId: string): string =>
  deriveSecret(secret, `${name}:${userId}`).slice(0, 22);
