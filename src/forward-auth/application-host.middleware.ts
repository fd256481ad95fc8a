import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { isStoreFailure } from '../database/store-failure.js';
import { originOf } from '../http/request-origin.js';
import { askerOf, type Asker } from './asking-browser.js';
import { EnterHost } from './enter-host.js';
import { GateView } from './gate-view.js';
import { HostPage, type HostAnswer } from './host-page.js';
import { deniedPage, expiredPage, NOTHING_HERE, nothingAsked, unavailablePage } from './host-pages.js';
import { addressOf, mayBeOurs, OURS } from './host-paths.js';
import type { HostVisit } from './host-visit.js';
import { Insiders } from './insiders.js';
import { LeaveHost } from './leave-host.js';
import { Ping } from './ping.js';
import { Start } from './start.js';
import { isWrongQuestion } from './wrong-question.js';

/** What answers below `/.gatehouse/` by looking at who comes. */
@Injectable()
export class HostDoors {
  constructor(
    readonly start: Start,
    readonly enter: EnterHost,
    readonly leave: LeaveHost,
    readonly ping: Ping,
  ) {}
}

/** What sees who comes, and by what. */
@Injectable()
export class HostSight {
  constructor(
    readonly view: GateView,
    readonly insiders: Insiders,
  ) {}
}

const ASKERS: readonly Asker[] = ['page', 'frame', 'form', 'program'];

/**
 * Answers below `/.gatehouse/` on the hosts of applications, which their proxies pass here unasked. Which application it is
 * is looked up by `Host`, and never taken from the request otherwise. No session of ours is there, and none is read.
 */
@Injectable()
export class ApplicationHost {
  constructor(
    private readonly doors: HostDoors,
    private readonly seen: HostSight,
    private readonly page: HostPage,
  ) {}

  /** Whether a request is for one of these paths, or for one that a proxy may have taken for one: there is nothing then. */
  static isOurs({ url }: Pick<Request, 'url'>): boolean {
    return mayBeOurs(url);
  }

  /** Express middleware. */
  readonly use = (request: Request, response: Response, next: NextFunction): void => {
    if (!ApplicationHost.isOurs(request)) return next();
    this.answer(request)
      .catch((error: unknown) => {
        if (isStoreFailure(error)) return unavailablePage('page');
        throw error;
      })
      .then(answer => this.page.send(response, answer, request.method !== 'HEAD'))
      .catch(next);
  };

  private async answer(request: Request): Promise<HostAnswer> {
    if (!request.url.startsWith(OURS)) return NOTHING_HERE;
    const [path = '', search = ''] = request.url.split(/\?(.*)/s);
    const query = new URLSearchParams(search);
    const name = path.slice(OURS.length);
    if (name === 'unavailable') return unavailablePage(askerNamed(query.get('as')));
    if (name === 'expired')
      return expiredPage(askerNamed(query.get('as')), addressOf(query.get('to')) ?? '/');
    const { method, headers } = request;
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { Allow: 'GET, HEAD' }, page: null };
    const known = await this.seen.view.applications();
    const origin = known.originAt(headers.host ?? '');
    const application = origin === null ? null : known.at(origin);
    if (name === 'ping') return this.doors.ping.answer(application === null ? null : origin, headers);
    if (origin === null || application === null) return NOTHING_HERE;
    const from = originOf(request);
    return this.visited(name, {
      application,
      origin,
      method,
      query,
      headers,
      from,
      asker: askerOf(method, headers),
    });
  }

  private visited(name: string, visit: HostVisit): HostAnswer | Promise<HostAnswer> {
    if (name === 'start') return this.doors.start.answer(visit);
    if (name === 'enter') return this.doors.enter.answer(visit);
    if (name === 'sign-out') return this.doors.leave.answer(visit);
    if (name === 'denied') return this.denied(visit);
    return NOTHING_HERE;
  }

  /** Says to whom it may concern who they are, and what they may not open. */
  private async denied({ origin, application, headers, query }: HostVisit): Promise<HostAnswer> {
    const why = query.get('why');
    if (isWrongQuestion(why)) return nothingAsked(why);
    const { row } = await this.seen.view.bySession(origin, headers.cookie);
    const inside = row === null ? null : await this.seen.insiders.of(row, application);
    return inside === null ? NOTHING_HERE : deniedPage(inside);
  }
}

const askerNamed = (given: string | null): Asker => ASKERS.find(asker => asker === given) ?? 'page';
