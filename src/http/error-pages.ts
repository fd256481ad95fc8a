import { HttpException, Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { type Duration, wholeSeconds } from '../kernel/durations.js';
import type { FieldErrors } from '../kernel/field-errors.js';
import { Unavailable } from '../kernel/unavailable.js';
import { AnsweredAlready } from './answered-already.js';
import type { Asked } from './asked.js';
import { ComeBack } from './come-back.js';
import { ConfirmFirst } from './confirm-first.js';
import { isForeignEmbedding, isSafeMethod } from './cross-site.js';
import { type Help, LinkOpensNothing } from './link-opens-nothing.js';
import { FormAgain } from './form-again.js';
import { JsonRoutes } from './json-routes.js';
import { FormRefused, refuseForm } from './refused-form.js';
import { MoreAsked } from './more-asked.js';
import { loggedPath } from './remarks.js';
import { addressHere, confirmPageFor, formPageOf } from './return-to.js';
import { challenge } from './unauthorized.js';
import { wantsJson } from './wants-json.js';

/** What a failed request is answered: a status, a title, and a sentence that says what to do next. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly sentence: string;
  /** When trying again makes sense; null where it does not. */
  readonly retryAfter: Duration | null;
  /** The page that helps on, where there is one. */
  readonly help?: Help | null;
  /** Where somebody goes on for whom it has worked after all. */
  readonly next?: Help | null;
  /** What is wrong with which field of a form. */
  readonly errors?: FieldErrors | null;
  /** For programs: what comes first. */
  readonly asks?: Asked | null;
}

/** Answers failed requests with a page, or with `application/problem+json` (RFC 9457). */
@Injectable()
export class ErrorPages {
  private readonly logger = new Logger('Errors');

  constructor(
    private readonly config: AppConfig,
    private readonly json: JsonRoutes,
  ) {}

  /** Answers `error`. What is our own fault is logged with its stack; the visitor sees the request's name. */
  answer(error: unknown, request: Request, response: Response): void {
    if (error instanceof AnsweredAlready) return;
    request.gatehouse.answersJson ??= this.json.has(request);
    if (error instanceof ComeBack) return response.redirect(303, error.page);
    if (error instanceof ConfirmFirst) return response.redirect(303, confirmPageFor(error.back));
    if (error instanceof MoreAsked && !wantsJson(request)) return response.redirect(303, error.asks.next);
    const problem = problemOf(error);
    if (problem.status >= 500) this.report(error, problem, request);
    if (response.headersSent) return void response.destroy();
    if (problem.retryAfter !== null) response.setHeader('Retry-After', wholeSeconds(problem.retryAfter));
    const requestId = request.gatehouse.id;
    if (error instanceof FormAgain && !wantsJson(request))
      return refuseForm(
        { request, response, view: error.view, model: error.typed },
        { errors: error.errors },
      );
    if (!wantsJson(request)) {
      const page = this.pageFor(request, problem);
      const whose = isForeignEmbedding(request.headers) ? NOBODYS : {};
      return response.status(page.status).render('errors/problem', { ...page, ...whose, requestId });
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', challenge(this.config.publicUrl));
    sendProblem(response.status(problem.status), problem, { requestId, site: this.config.publicUrl });
  }

  /** A page is no 401: some browsers would not show it. Where nobody is signed in, signing in helps on. */
  private pageFor(request: Request, problem: Problem): Problem {
    if (problem.status === 503) return { ...problem, help: againAt(request, this.config.publicUrl) };
    if (problem.status !== 401) return problem;
    const help = request.gatehouse.principal === null ? { href: '/login', label: 'Sign in' } : null;
    return { ...problem, status: 403, help };
  }

  private report(error: unknown, problem: Problem, request: Request): void {
    const facts = {
      event: 'sys_error',
      status: problem.status,
      requestId: request.gatehouse.id,
      path: loggedPath(request),
    };
    if (problem.status === 503) this.logger.warn({ ...facts, reason: messageOf(error) });
    else
      this.logger.error({
        ...facts,
        reason: messageOf(error),
        stack: error instanceof Error ? error.stack : null,
      });
  }
}

/** A page that another site loads as a part of itself says nothing of whoever is signed in here. */
const NOBODYS = { person: null, csrfToken: null, formOwner: null, notice: null, alone: true };

/** The page once more, or the one with the form. */
function againAt({ method, originalUrl, headers }: Request, publicUrl: string): Help | null {
  const href = isSafeMethod(method) ? addressHere(originalUrl) : formPageOf(headers.referer, publicUrl);
  return href === null ? null : { href, label: 'Try again' };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function sendProblem(
  response: Response,
  problem: Problem,
  { requestId, site }: { readonly requestId: string; readonly site: string },
): void {
  const { asks } = problem;
  const body = {
    type: asks ? site + asks.kind : 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.sentence,
    ...(problem.errors ? { errors: problem.errors } : {}),
    ...(asks ? { next: asks.next } : {}),
  };
  response.type('application/problem+json; charset=utf-8').send(JSON.stringify({ ...body, requestId }));
}

/** The answer that belongs to an error. Anything unknown is a 500 that tells nothing of itself (ASVS 16.5.1). */
export function problemOf(error: unknown): Problem {
  if (error instanceof Unavailable)
    return { status: 503, title: BUSY[0], sentence: BUSY[1], retryAfter: error.retryAfter };
  if (error instanceof LinkOpensNothing) {
    const { title, message: sentence, help, next } = error;
    return { status: 410, title, sentence, retryAfter: null, help, next };
  }
  const status = error instanceof HttpException ? error.getStatus() : 500;
  const usual = USUAL[status] ?? (status < 500 ? BAD_REQUEST : BROKEN);
  const own = error instanceof HttpException && status < 500 && !isStatusPhrase(error) ? error.message : null;
  const errors = error instanceof FormRefused ? error.errors : null;
  const asks = error instanceof FormRefused || error instanceof MoreAsked ? error.asks : null;
  const title = asks === null ? usual[0] : ASKED[asks.kind];
  return { status, title, sentence: own ?? usual[1], retryAfter: null, errors, asks };
}

/** Nest and Express say "Not Found", "Cannot GET /x" or "Failed to decode param": true, but no help to a person. */
const isStatusPhrase = (error: HttpException): boolean =>
  /^(Cannot [A-Z]+ |Failed to decode param |[A-Z][a-z]+( [A-Z][a-z]+)*$)/.test(error.message) &&
  !error.message.endsWith('.');

type Words = readonly [title: string, sentence: string];
const BUSY: Words = [
  'Back in a moment',
  'The server cannot answer right now. If you were signed in, you still are. Wait a few seconds, then try again.',
];
const BROKEN: Words = [
  'Something went wrong here',
  'This is our fault, not yours. Try again; if it happens again, tell the people who run this site, and quote the request below.',
];
const BAD_REQUEST: Words = [
  'That did not work',
  'The request could not be read. Go back, reload the page and try again.',
];

/** What comes first, as the title of a problem. */
const ASKED: Readonly<Record<Asked['kind'], string>> = {
  '/login': 'Sign in first',
  '/login/second-step': 'Second step needed',
  '/confirm': 'Confirm who you are first',
  '/account/security': 'Second factor needed',
};

const USUAL: Readonly<Record<number, Words>> = {
  400: BAD_REQUEST,
  401: ['Sign in first', 'This page is for people who are signed in. Sign in, then come back.'],
  403: [
    'Not allowed',
    'You are not allowed to do that. If you think you should be, ask the people who run this site.',
  ],
  404: [
    'Nothing here',
    'There is no page at this address. Check it for typing errors, or start from the front page.',
  ],
  405: ['Not possible here', 'This address does not take that kind of request. Start from the front page.'],
  410: ['This link has expired', 'It has already been used or is too old. Ask for a new one.'],
  413: ['Too much at once', 'That is more than this form takes. Send less.'],
  415: ['Not a form', 'Send this as a form: application/x-www-form-urlencoded in UTF-8.'],
  429: ['Too many attempts', 'That was tried too often. Wait a while, then try again.'],
  500: BROKEN,
  503: BUSY,
};
