import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { mustStayForBack } from './asking-browser.js';
import { HostCookies } from './host-cookies.js';
import type { HostAnswer } from './host-page.js';
import { addressOf, enterPath, startPath } from './host-paths.js';
import type { HostVisit } from './host-visit.js';

/**
 * `/.gatehouse/start?to=PATH`: makes the browser known on the application's host, and leads to the sign-in host. Where it
 * is known already it stays so from now on, and all its tabs share that.
 */
@Injectable()
export class Start {
  constructor(
    private readonly config: AppConfig,
    private readonly cookies: HostCookies,
  ) {}

  answer({ asker, origin, query, headers }: HostVisit): HostAnswer {
    const to = addressOf(query.get('to')) ?? '/';
    // A frame would lose the page around it, and what is only loaded ahead nobody has asked for.
    if (asker !== 'page')
      return { status: 403, page: { view: 'gate/own-window', model: { start: startPath(to) } } };
    const [known] = this.cookies.browsersIn(headers.cookie, origin);
    const { digest, line } = this.cookies.browserAt(origin, known ?? null);
    const next = this.config.publicUrl + enterPath(origin, to, digest);
    const cookie = { 'Set-Cookie': [line] };
    return mustStayForBack(headers) ? ledByPage(next, cookie) : ledByRedirect(next, cookie);
  }
}

type Cookie = Readonly<Record<string, readonly string[]>>;

const ledByRedirect = (next: string, cookie: Cookie): HostAnswer => ({
  status: 303,
  headers: { Location: next, ...cookie },
  page: null,
});

/** A page that goes on by itself; by its status no worker of the application takes it for one of its own. */
const ledByPage = (next: string, cookie: Cookie): HostAnswer => ({
  status: 401,
  headers: { Refresh: `0; url=${next}`, ...cookie },
  page: { view: 'gate/going', model: { next } },
});
