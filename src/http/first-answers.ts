import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomText } from '../crypto/random.js';
import { deriveSecret } from '../crypto/secret-token.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { FormFields } from './form-body.js';
import { addressOf } from './request-origin.js';
import { wantsJson } from './wants-json.js';

/** How long after its answer a form may come a second time. */
const WINDOW: Duration = seconds(5);

/** Browsers whose last answer is kept; about a kilobyte each. */
const MOST = 1000;

/** Which form it is, and whose: under a key that only this process has. */
export interface FormName {
  /** The browser: its address, its own name and its cookies. */
  readonly browser: string;
  /** Where the form goes and all that stands in it, from this address and browser, with whatever cookies. */
  readonly fields: string;
  /** All of it together. */
  readonly form: string;
}

/** What a form that did its work was answered with. */
export interface FirstAnswer {
  readonly location: string;
  readonly setCookies: readonly string[];
  /** The id hash of the session it was given in, which must still be there; null for a visitor. */
  readonly session: string | null;
}

interface Given {
  readonly name: FormName;
  readonly answer: FirstAnswer;
  readonly at: Instant;
}

/**
 * What forms were answered a moment ago, so that the second of two clicks is answered like the first. Kept in
 * the memory of this process alone, for five seconds and for each browser's last form; what names a form is an
 * HMAC under a key that is made at the start. Only answers that lead on are kept: a form that was refused is
 * looked at again each time.
 */
@Injectable()
export class FirstAnswers {
  private readonly key = randomText(32);
  private readonly onTheirWay = new Map<string, Promise<FirstAnswer | null>>();
  private readonly byBrowser = new Map<string, Given>();
  private readonly byFields = new Map<string, Given>();

  constructor(private readonly clock: Clock) {}

  /**
   * What a form goes by; null where none can be the second click on another. A program does not click: what asks
   * for JSON, and what does not say which browser it is, is taken each time for itself.
   */
  nameOf(request: Request): FormName | null {
    const { cookie = '', host = '', 'user-agent': userAgent = '' } = request.headers;
    const body: unknown = request.body;
    if (!(body instanceof FormFields) || userAgent === '' || wantsJson(request)) return null;
    const place = [addressOf(request), userAgent, host];
    const sent = [request.originalUrl, Object.entries(body)];
    return {
      browser: this.digest('browser', ...place, cookie),
      fields: this.digest('fields', ...place, ...sent),
      form: this.digest('form', ...place, cookie, ...sent),
    };
  }

  /** The first one's answer, also where it is still to come (null then, if it was refused); null for none. */
  find({ browser, form }: FormName): Promise<FirstAnswer | null> | null {
    const coming = this.onTheirWay.get(form);
    if (coming !== undefined) return coming;
    const given = this.byBrowser.get(browser);
    const isIt = given?.name.form === form && this.isFresh(given);
    return isIt ? Promise.resolve(given.answer) : null;
  }

  /**
   * Where the first one led, for a browser that has its cookies by now and gets no others; null for none. Where
   * it gave out a session, or was given in one, only with that session.
   */
  wayOn({ browser, fields }: FormName, session: string | null): string | null {
    const given = this.byFields.get(fields);
    // With the same cookies it is no second click: something else was done in between.
    if (given === undefined || given.name.browser === browser || !this.isFresh(given)) return null;
    return [null, session].includes(given.answer.session) ? given.answer.location : null;
  }

  /** The form is the first. @param answered what it was answered with, once the head of the answer is written. */
  expect(name: FormName, answered: Promise<FirstAnswer | null>): void {
    // Whatever this browser sent before, it has gone on since.
    this.byBrowser.delete(name.browser);
    const coming = answered.then(answer => {
      if (this.onTheirWay.get(name.form) === coming) this.onTheirWay.delete(name.form);
      if (answer !== null) this.keep({ name, answer, at: this.clock.now() });
      return answer;
    });
    this.onTheirWay.set(name.form, coming);
  }

  private keep(given: Given): void {
    for (const [kept, key] of [
      [this.byBrowser, given.name.browser],
      [this.byFields, given.name.fields],
    ] as const) {
      kept.delete(key);
      for (const [name, before] of kept) {
        if (this.isFresh(before) && kept.size < MOST) break;
        kept.delete(name);
      }
      kept.set(key, given);
    }
  }

  private isFresh({ at }: Given): boolean {
    return Math.abs(this.clock.now() - at) <= WINDOW;
  }

  private digest(...parts: readonly unknown[]): string {
    return deriveSecret(this.key, JSON.stringify(parts));
  }
}

/** Resolves once the head of a response is written, with what it says where it leads on; null where it does not. */
export function answerOf(response: Response, sessionOf: () => string | null): Promise<FirstAnswer | null> {
  const { writeHead } = response;
  return new Promise(resolve => {
    const value = (...given: unknown[]): unknown => {
      const written: unknown = Reflect.apply(writeHead, response, given);
      const location = response.getHeader('Location');
      const leadsOn = response.statusCode === 303 && typeof location === 'string';
      resolve(leadsOn ? { location, setCookies: cookiesOf(response), session: sessionOf() } : null);
      return written;
    };
    Object.defineProperty(response, 'writeHead', { value, configurable: true, writable: true });
  });
}

function cookiesOf(response: Response): readonly string[] {
  const cookies = response.getHeader('Set-Cookie') ?? [];
  return Array.isArray(cookies) ? cookies : [String(cookies)];
}
