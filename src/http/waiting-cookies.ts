import type { Request, Response } from 'express';
import type { AppConfig } from '../config/app-config.js';
import { digestOf } from '../crypto/secret-token.js';
import type { Duration } from '../kernel/durations.js';
import { hostCookie, readCookies, setCookieLine } from './cookies.js';

/** How many of a kind wait in one browser; each is some 100 bytes of every request. */
const MOST = 4;

/** What may end up in the name of a cookie. */
const HANDLE = /^[\w-]{16}$/;

/** A secret of 256 bits as base64url, and its turn: the higher, the later it came. */
const VALUE = /^([\w-]{43})\.(\d{1,15})$/;

interface Waiting {
  readonly handle: string;
  readonly secret: string;
  readonly turn: number;
}

/**
 * Secrets of one kind that wait side by side in a browser, each in a cookie of its own, so that what one tab
 * is about is never taken for what another is about. A page names its secret by a handle: the start of its
 * SHA-256, of which nobody gets back to the secret. The oldest gives way to a fifth.
 */
export class WaitingCookies {
  /** @param name what the cookies' names have behind `COOKIE_NAME`. @param life how long each waits. */
  constructor(
    private readonly config: AppConfig,
    private readonly name: string,
    private readonly life: Duration,
  ) {}

  /** Lets a secret of 43 base64url characters wait, as the latest. @returns its handle. */
  add(secret: string, request: Request, response: Response): string {
    const handle = handleOf(secret);
    const others = this.waiting(request).filter(other => other.handle !== handle);
    for (const { handle: oldest } of others.slice(0, Math.max(0, others.length - MOST + 1)))
      this.set(oldest, '', 0, response);
    const turn = (others.at(-1)?.turn ?? 0) + 1;
    this.set(handle, `${secret}.${turn}`, this.life, response);
    return handle;
  }

  /** The secret that goes by this handle here; null for none, and for what is no handle at all. */
  find(handle: unknown, request: Request): string | null {
    return this.waiting(request).find(one => one.handle === handle)?.secret ?? null;
  }

  /** The one that came last, by its handle and its secret; null for none. */
  latest(request: Request): { readonly handle: string; readonly token: string } | null {
    const last = this.waiting(request).at(-1);
    return last === undefined ? null : { handle: last.handle, token: last.secret };
  }

  /** Every secret that waits here, the oldest first. */
  all(request: Request): readonly string[] {
    return this.waiting(request).map(({ secret }) => secret);
  }

  /** This one has done its work; the others stay. */
  remove(secret: string, response: Response): void {
    this.set(handleOf(secret), '', 0, response);
  }

  private set(handle: string, value: string, life: Duration, response: Response): void {
    response.append('Set-Cookie', setCookieLine(`${this.name}-${handle}`, value, life, this.config));
  }

  private waiting(request: Request): readonly Waiting[] {
    const cookies = readCookies(request.headers.cookie, hostCookie(`${this.name}-`, this.config));
    return [...cookies]
      .flatMap(([handle, value]) => waitingIn(handle, value) ?? [])
      .sort((a, b) => a.turn - b.turn);
  }
}

/** Takes every such cookie of ours out of this browser, whatever it waits for. */
export function clearWaiting(request: Request, response: Response, config: AppConfig): void {
  const parts = readCookies(request.headers.cookie, hostCookie('', config)).keys();
  for (const part of parts)
    if (WAITING.test(part)) response.append('Set-Cookie', setCookieLine(part, '', 0, config));
}

/** Which parts of names are of this kind: those of another server, whose name begins with ours, are not. */
const WAITING = /^(sent|(registration|step|link-(reset|verify|invite|not-me))-[\w-]{16})$/;

const handleOf = (secret: string): string => digestOf(secret).slice(0, 16);

/** What a cookie holds; null where it is none of ours, or not the one its name says. */
function waitingIn(handle: string, value: string): Waiting | null {
  const [, secret, turn] = VALUE.exec(value) ?? [];
  if (!HANDLE.test(handle) || secret === undefined || handleOf(secret) !== handle) return null;
  return { handle, secret, turn: Number(turn) };
}
