import type { Request, Response } from 'express';
import { z } from 'zod';
import type { AppConfig } from '../config/app-config.js';
import { type Duration, minutes } from '../kernel/durations.js';
import {
  ACCOUNT,
  KNOWN,
  LINK_PAGES,
  type LinkPage,
  OVER,
  RESET,
  SIGN_IN,
  TWICE,
  UNKNOWN,
} from './link-pages.js';
import { LinkOpensNothing } from './link-opens-nothing.js';
import { remark } from './remarks.js';
import { WaitingCookies } from './waiting-cookies.js';

/** How long a page that a mailed link opened may stay open before it is used. */
const LIFE: Duration = minutes(30);

/** What a token must look like to be put into a cookie. */
const SHAPE = /^[\w-]{43}$/;

/** The field by which a form says which link it is about; a form without it is refused by {@link MailedLink.of}. */
export const LinkField = z.string().optional();

/** A link that somebody follows: its token, and the handle that stands for it in addresses and forms. */
export interface OpenedLink {
  readonly token: string;
  readonly handle: string;
}

/**
 * Carries the token of a mailed link from the address, where it would stay in histories, logs and referrers,
 * into a short-lived cookie that no script can read (ASVS 14.2.1). Opening the link changes nothing else:
 * programs that look at mails open links too. Each token has a cookie of its own, and the page and its form
 * say by a handle which they are about: a tab acts for the link it was opened with, whatever other tabs did.
 */
export class MailedLink {
  private readonly cookies: WaitingCookies;

  constructor(
    config: AppConfig,
    private readonly page: LinkPage,
  ) {
    this.cookies = new WaitingCookies(config, `link${page.replaceAll('/', '-')}`, LIFE);
  }

  /**
   * Opens the page. With a token in the address it leads to the same page without it.
   * @returns null where the answer has been given. @throws LinkOpensNothing
   */
  open(request: Request, response: Response): OpenedLink | null {
    const { token, link } = request.query;
    if (token === undefined) return this.of(request, link);
    response.redirect(303, this.swap(token, request, response));
    return null;
  }

  /** The link that a page or a form is about, by its handle. @throws LinkOpensNothing where this browser has none by it. */
  of(request: Request, handle: unknown): OpenedLink {
    const token = this.cookies.find(handle, request);
    if (token !== null && typeof handle === 'string') return { token, handle };
    remark(request, { event: 'authn_link_fail', reason: 'unknown' });
    throw this.nothing(request, UNKNOWN.title, UNKNOWN.sentence);
  }

  /** What to throw for a link that was used, is too old, was replaced by a newer one, or never was. */
  over(request: Request): LinkOpensNothing {
    remark(request, { event: 'authn_link_fail', reason: 'over' });
    return this.nothing(request, OVER, LINK_PAGES[this.page].over);
  }

  /** What to throw where the address that the link was sent to has an account by now: whoever has the link may know. */
  known(): LinkOpensNothing {
    return new LinkOpensNothing(KNOWN.title, KNOWN.sentence, SIGN_IN, RESET);
  }

  /** The link has done its work; others of its kind still wait. */
  done({ token }: OpenedLink, response: Response): void {
    this.cookies.remove(token, response);
  }

  private swap(token: unknown, request: Request, response: Response): string {
    if (typeof token !== 'string' || !SHAPE.test(token)) return this.page;
    return `${this.page}?link=${this.cookies.add(token, request, response)}`;
  }

  /** A form may be the second click on its button, where another process answered the first. */
  private nothing({ method, gatehouse }: Request, title: string, sentence: string): LinkOpensNothing {
    const { help } = LINK_PAGES[this.page];
    const next = gatehouse.principal === null ? SIGN_IN : ACCOUNT;
    return new LinkOpensNothing(title, method === 'POST' ? `${sentence} ${TWICE}` : sentence, help, next);
  }
}
