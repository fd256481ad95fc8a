import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret, sameSecret } from '../crypto/secret-token.js';
import { hostCookie, readCookie, setCookieLine } from '../http/cookies.js';
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
 * cookie holds a random name and, per account, a seal that only this server can make.
 */
@Injectable()
export class KnownDevices {
  constructor(
    private readonly config: AppConfig,
    private readonly secrets: SecretRing,
  ) {}

  /** Tells under which name this browser is known to an account; null where it is not. */
  reader(request: Request): (userId: string) => string | null {
    const [name, ...seals] = this.read(request);
    return userId => {
      const expected = this.secrets.for(PURPOSE).map(secret => seal(secret, name ?? '', userId));
      const known = seals.some(given => expected.some(own => sameSecret(given, own)));
      return known ? (name ?? null) : null;
    };
  }

  /** Makes this browser known to the account that has just signed in. @returns whether it was new to it. */
  remember(request: Request, response: Response, userId: string): boolean {
    const known = this.reader(request)(userId) !== null;
    const [name = randomText(16), ...seals] = this.read(request);
    const own = seal(this.secrets.first(PURPOSE), name, userId);
    const kept = seals.filter(given => given !== own).slice(0, MOST_ACCOUNTS - 1);
    response.append('Set-Cookie', setCookieLine(NAME, [name, own, ...kept].join('.'), LIFE, this.config));
    return !known;
  }

  /** Whether somebody has signed in from this browser, whoever it was. */
  hasVisited(request: Request): boolean {
    return this.read(request).length > 0;
  }

  /** Makes this browser one from which nobody has signed in. */
  forget(response: Response): void {
    response.append('Set-Cookie', setCookieLine(NAME, '', 0, this.config));
  }

  private read(request: Request): readonly string[] {
    const value = readCookie(request.headers.cookie, hostCookie(NAME, this.config));
    return value !== null && SHAPE.test(value) ? value.split('.') : [];
  }
}

const seal = (secret: string, name: string, userId: string): string =>
  deriveSecret(secret, `${name}:${userId}`).slice(0, 22);
