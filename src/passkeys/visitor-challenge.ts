import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import { hostCookie, readCookie, setCookieLine } from '../http/cookies.js';
import type { Visit } from '../http/visit.js';
import { Ceremonies, type Holder } from './ceremonies.js';
import { CHALLENGE_LIFE } from './challenges.js';

/** The part of its cookie's name. */
const PART = 'passkey';

/** 256 random bits as base64url. */
const SHAPE = /^[\w-]{43}$/;

/** A challenge for somebody who is not signed in. */
export interface VisitorChallenge {
  /** What `navigator.credentials.get` is to be told. */
  readonly options: object;
  /** The `Set-Cookie` value that makes this browser the one that may answer it. */
  readonly cookie: string;
}

/**
 * Ties the challenge of a sign-in to the browser that asked for it: what somebody copies out of it opens nothing
 * elsewhere. The cookie is set where the page's script asks, in browsers that have passkeys, and for no other visitor; all
 * tabs share it. It says nothing of anybody.
 */
@Injectable()
export class VisitorChallenges {
  constructor(
    private readonly config: AppConfig,
    private readonly ceremonies: Ceremonies,
  ) {}

  /** What to ask the browser for; null where there can be no passkeys. */
  ask({ cookies }: Visit): VisitorChallenge | null {
    if (!this.ceremonies.possible) return null;
    const name = this.nameIn(cookies) ?? randomText(32);
    const cookie = setCookieLine(PART, name, CHALLENGE_LIFE, this.config);
    const asked = { userVerification: 'required', among: null } as const;
    return { options: this.ceremonies.askForUse(holderOf(name), asked), cookie };
  }

  /** Who may answer, seen from this browser; a text that nobody is given where it has no cookie. */
  holder({ cookies }: Visit): Holder {
    return holderOf(this.nameIn(cookies) ?? randomText(32));
  }

  /** The `Set-Cookie` value that ends it. */
  done(): string {
    return setCookieLine(PART, '', 0, this.config);
  }

  private nameIn(cookies: string): string | null {
    const value = readCookie(cookies, hostCookie(PART, this.config));
    return value !== null && SHAPE.test(value) ? value : null;
  }
}

const holderOf = (browser: string): Holder => `sign-in from ${browser}`;
