import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { MoreAsked } from '../http/more-asked.js';
import { formPageOf, loginPageFor, queryOf } from '../http/return-to.js';
import { visitOf } from '../http/visit.js';
import { WaitingCookies } from '../http/waiting-cookies.js';
import { type NewStep, SignInSteps, STEP_LIFE } from '../second-factor/sign-in-steps.js';
import { ENROL_FIRST, SECOND_STEP } from './auth.words.js';
import { WayHere } from './way-here.js';

/** Where a second step is asked for. */
export const SECOND_STEP_PAGE = '/login/second-step';

/** The page of one step: a browser may have several, one a tab. */
export const stepPage = (handle: string): string => `${SECOND_STEP_PAGE}?step=${handle}`;

/** A step that waits in a browser. */
export interface WaitingStep {
  /** What its pages call it. */
  readonly handle: string;
  /** What opens it. */
  readonly token: string;
}

/** Gives browsers the cookies of their sign-ins' second steps, each under a name of its own: no session, and of use nowhere else. */
@Injectable()
export class StepDoor {
  private readonly cookies: WaitingCookies;

  constructor(
    private readonly config: AppConfig,
    private readonly steps: SignInSteps,
    private readonly way: WayHere,
  ) {
    this.cookies = new WaitingCookies(config, 'step', STEP_LIFE.enrol);
  }

  /**
   * Begins a step and leads to it. @returns null where there is none, because the account was deleted meanwhile.
   * @throws MoreAsked: to programs it says where to go on
   */
  async begin(request: Request, response: Response, step: NewStep): Promise<null> {
    const token = await this.steps.begin(step);
    if (token === null) return null;
    const handle = this.cookies.add(token, request, response);
    const sentence = step.purpose === 'second' ? SECOND_STEP : ENROL_FIRST;
    throw new MoreAsked(401, sentence, { kind: SECOND_STEP_PAGE, next: stepPage(handle) });
  }

  /** The step that goes by this handle here; where none is named the latest. Null for none. */
  find(request: Request, handle: unknown): WaitingStep | null {
    if (handle === undefined) return this.cookies.latest(request);
    const token = this.cookies.find(handle, request);
    return token === null || typeof handle !== 'string' ? null : { handle, token };
  }

  /**
   * Where somebody begins anew for whom no step waits, or one that is over, and stays on their way. Who was led here by the
   * form a moment ago, and sends no cookie at all, keeps none: they are told so. @throws Unavailable
   */
  async fromTheStart(request: Request, over: WaitingStep | null): Promise<string> {
    const visit = visitOf(request);
    const form = formPageOf(visit.referer, this.config.publicUrl);
    if (form === null || !this.way.lostCookies(visit, SECOND_STEP_PAGE)) {
      const back = over === null ? null : await this.steps.wayOf(over.token);
      return loginPageFor(back ?? '', 'step-over');
    }
    return loginPageFor(queryOf(form).get('return_to') ?? '', 'no-cookie');
  }

  /** This one is over; others stay. */
  close(step: WaitingStep, response: Response): void {
    this.cookies.remove(step.token, response);
  }
}
