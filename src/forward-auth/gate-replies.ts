import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Application } from '../applications/application.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { Assertions } from './assertions.js';
import type { Asker } from './asking-browser.js';
import type { GateAnswer } from './gate.js';
import { HostCookies } from './host-cookies.js';
import { HostPage, type HostAnswer } from './host-page.js';
import { deniedPage, expiredPage, NOTHING_HERE, nothingAsked, unavailablePage } from './host-pages.js';
import { encodedAddress, OURS, startPath } from './host-paths.js';
import { IDENTITY_HEADERS, identityOf } from './identity.js';
import type { Inside } from './insiders.js';
import type { Dialect, Question } from './question.js';
import type { SaidToken } from './token-text.js';

/** Who is answered. */
export interface Reply {
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  /** Null where it could not be read. */
  readonly question: Question | null;
  readonly asker: Asker;
  /** Null: it came with none. */
  readonly token: SaidToken | null;
  /** What the browser sent, of which cookies and credentials that are not ours go on. */
  readonly headers: IncomingHttpHeaders;
}

/** What an application is told of somebody, but the assertion, which says when it was made. */
interface Told {
  readonly application: Application;
  readonly values: readonly string[];
}

/** Of every answer that has no body. */
const PLAIN: readonly string[] = ['Content-Length', '0', 'Cache-Control', 'no-store'];

const NOBODY: readonly string[] = [];

/**
 * Says to a proxy, in its dialect, what the gate has decided. Caddy and Traefik hand on everything but a 2xx as it is, so
 * they get the page itself. nginx hands on statuses alone, and makes a 500 of all but 401 and 403: it is told in
 * `Gatehouse-Page` which page of ours it is to fetch.
 */
@Injectable()
export class GateReplies {
  /** What was told of people as they were read: of the same one to the same application it is the same. */
  private readonly told = new WeakMap<CurrentPerson, Told>();

  constructor(
    private readonly page: HostPage,
    private readonly cookies: HostCookies,
    private readonly assertions: Assertions,
  ) {}

  send(reply: Reply, answer: GateAnswer | { readonly answer: 'unavailable' }): void {
    const { response, dialect, question } = reply;
    if (answer.answer === 'enter') return this.enter(reply, this.identityOf(answer.inside));
    if (answer.answer === 'open') return this.enter(reply, NOBODY);
    const to = question?.address ?? '/';
    if (dialect === 'nginx') return toNginx(response, reply.asker, to, answer);
    // With its body for HEAD as well: proxies ask by GET whatever was asked of them, and would wait for what is announced.
    // Traefik reads a relative address as one of the gate's own place, where no browser gets to.
    const at = dialect === 'traefik' ? (question?.origin ?? '') : '';
    this.page.send(response, pageOf(answer, reply.asker, { at, to }));
  }

  private identityOf(inside: Inside): readonly string[] {
    const { person, application } = inside;
    let told = this.told.get(person);
    if (told?.application !== application) {
      told = { application, values: identityOf(inside) };
      this.told.set(person, told);
    }
    return application.told.assertion ? [...told.values, this.assertions.of(inside)] : told.values;
  }

  private enter(
    { response, dialect, question, token, headers: sent }: Reply,
    identity: readonly string[],
  ): void {
    const cookies = this.cookies.othersIn(sent.cookie, question?.origin ?? '');
    const authorization = token?.inAuthorization === true ? '' : (sent.authorization ?? '');
    const headers = [...PLAIN];
    if (dialect === 'traefik') headers.push(...byTheirNames({ cookies, authorization, identity }));
    else headers.push('Gatehouse-Cookie', cookies, 'Gatehouse-Authorization', authorization);
    for (const [index, name] of IDENTITY_HEADERS.entries()) headers.push(name, identity[index] ?? '');
    response.writeHead(200, headers);
    response.end();
  }

  /** Nobody asks at this path. */
  notFound(response: ServerResponse): void {
    response.writeHead(404, { 'Content-Length': 0, 'Cache-Control': 'no-store' });
    response.end();
  }
}

/** What goes on to an application beside who is there. */
interface PassedOn {
  readonly cookies: string;
  readonly authorization: string;
  readonly identity: readonly string[];
}

/**
 * For Traefik, which writes what it is told under the names that it is told it by, and takes away what is absent: other names
 * for it are in no configuration.
 */
function byTheirNames({ cookies, authorization, identity }: PassedOn): readonly string[] {
  const headers = ['X-Remote-User', identity[IDENTITY_HEADERS.indexOf('Remote-User')] ?? ''];
  if (cookies !== '') headers.push('Cookie', cookies);
  if (authorization !== '') headers.push('Authorization', authorization);
  return headers;
}

function toNginx(response: ServerResponse, asker: Asker, to: string, refused: RefusedAnswer): void {
  const { status, page } = pageForNginx(refused, asker, to);
  response.writeHead(status, { 'Content-Length': 0, 'Cache-Control': 'no-store', 'Gatehouse-Page': page });
  response.end();
}

function pageForNginx(refused: RefusedAnswer, asker: Asker, to: string) {
  switch (refused.answer) {
    case 'sign-in':
    case 'stronger':
      return { status: 401, page: signInPath(asker, to) };
    case 'denied':
      return { status: 403, page: `${OURS}denied` };
    case 'no-application':
      return { status: 403, page: `${OURS}denied?why=${refused.why}` };
    case 'unavailable':
      return { status: 503, page: `${OURS}unavailable?as=${asker}` };
  }
}

/** Who goes to a page is led to the sign-in; everybody else is told. */
const signInPath = (asker: Asker, to: string): string =>
  asker === 'page' ? startPath(to) : `${OURS}expired?as=${asker}&to=${encodedAddress(to)}`;

type RefusedAnswer = Exclude<GateAnswer, { answer: 'enter' | 'open' }> | { readonly answer: 'unavailable' };

/** @param where the address that was asked for, and the origin to write before ours; empty: none */
function pageOf(
  answer: RefusedAnswer,
  asker: Asker,
  { at, to }: { readonly at: string; readonly to: string },
): HostAnswer {
  switch (answer.answer) {
    case 'sign-in':
    case 'stronger':
      return asker === 'page'
        ? { status: 303, headers: { Location: at + startPath(to) }, page: null }
        : expiredPage(asker, to);
    case 'denied':
      return answer.inside === null ? NOTHING_HERE : deniedPage(answer.inside);
    case 'no-application':
      return nothingAsked(answer.why);
    case 'unavailable':
      return unavailablePage(asker);
  }
}
