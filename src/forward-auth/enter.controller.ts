import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AuditLog } from '../audit/audit-log.js';
import { factorFirst } from '../auth/strength.guard.js';
import { ConfirmFirst } from '../http/confirm-first.js';
import { originOf } from '../http/request-origin.js';
import { nobodyHere } from '../http/unauthorized.js';
import type { Principal } from '../kernel/principal.js';
import { askerOf, mustStayForBack } from './asking-browser.js';
import { EnterApplication, type EnterOutcome, type Way } from './enter-application.js';
import { CIRCLE, DENIED, NO_SUCH_APPLICATION, sightInWords } from './forward-auth.words.js';
import { addressOf } from './host-paths.js';

const VIEW = 'enter/stopped';

const Asked = z.object({
  at: z.string().max(300),
  to: z.string(),
  browser: z.string().regex(/^[\w-]{43}$/),
});

/** Where people come from an application to sign in, and go back to it with a ticket. */
@Controller('enter')
export class EnterController {
  constructor(
    private readonly enter: EnterApplication,
    private readonly audit: AuditLog,
  ) {}

  /** Nothing is signed that leads here, so that it holds as long as a form may stand open: all of it is looked up. */
  @Get()
  async show(@Req() request: Request, @Res() response: Response, @Query() query: unknown): Promise<void> {
    const { principal } = request.gatehouse;
    if (principal === null) throw nobodyHere(request);
    const way = wayIn(query);
    if (way === null) return this.stop(response, { outcome: 'unknown' }, null);
    // What is loaded ahead, or only asked for by its head, gets no ticket.
    if (request.method !== 'GET' || askerOf('GET', request.headers) === 'program')
      return void response.status(403).end();
    const done = await this.enter.enter(principal, way);
    if (done.outcome === 'ticket') return goOn(request, response, done);
    if (done.outcome === 'signed-out') throw nobodyHere(request);
    if (done.outcome === 'too-long-ago') throw new ConfirmFirst(request.originalUrl);
    if (done.outcome === 'too-weak')
      throw factorFirst(principal.person.secondFactorAt !== null, request.originalUrl);
    if (done.outcome === 'not-allowed') this.record(request, principal, done.application.name);
    this.stop(response, done, way);
  }

  private stop(response: Response, outcome: Stopped, way: Way | null): void {
    const label = outcome.outcome === 'unknown' ? null : outcome.application.label;
    const usual = { label, origin: way?.origin, again: way === null ? null : way.origin + way.address };
    const { status, ...model } = stoppedBy(outcome);
    response.status(status).render(VIEW, { ...usual, ...model });
  }

  private record(request: Request, { person, session }: Principal, application: string): void {
    const facts = { reason: 'application', application };
    this.audit.record(
      { event: 'authz_fail', outcome: 'refused', userId: person.id, session: session.logName, facts },
      originOf(request),
    );
  }
}

/**
 * To the application's host. After a form some browsers follow no redirect to another site (CSP 3, section 6.1.6, as Chrome
 * and WebKit have it, applies `form-action` to each): they get a page of ours that goes on by itself, and so does who may have
 * gone back to the form. Who comes from another site, or typed the address, comes from no form of ours.
 */
function goOn(
  request: Request,
  response: Response,
  done: Extract<EnterOutcome, { outcome: 'ticket' }>,
): void {
  const { headers } = request;
  const fromElsewhere = ['none', 'cross-site', 'same-site'].includes(String(headers['sec-fetch-site']));
  if (fromElsewhere && !mustStayForBack(headers)) return response.redirect(303, done.next);
  response.setHeader('Refresh', `0; url=${done.next}`);
  response.render('enter/going', { label: done.application.label, next: done.next });
}

function wayIn(query: unknown): Way | null {
  const { success, data } = Asked.safeParse(query);
  const address = success ? addressOf(data.to) : null;
  return success && address !== null ? { origin: data.at, address, browser: data.browser } : null;
}

/** Whoever gets no ticket, and stays. */
type Stopped = Exclude<EnterOutcome, { outcome: 'ticket' | 'signed-out' }>;

function stoppedBy(outcome: Stopped) {
  switch (outcome.outcome) {
    case 'not-allowed':
      return { status: 403, title: DENIED, denied: true };
    case 'circle':
      return { status: 429, title: CIRCLE, circle: true, seen: sightInWords(outcome.seen) };
    case 'too-weak':
    case 'too-long-ago':
    case 'unknown':
      return { status: 404, title: NO_SUCH_APPLICATION };
  }
}
