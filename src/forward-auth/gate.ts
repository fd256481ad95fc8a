import { Injectable } from '@nestjs/common';
import { type AdmissionPolicy, admissionOf } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { isOpen } from '../applications/open-path.js';
import { AppConfig } from '../config/app-config.js';
import type { Asker } from './asking-browser.js';
import type { FoundSession } from './gate-look-up.js';
import { GateView } from './gate-view.js';
import { type Inside, Insiders } from './insiders.js';
import { pathOf, type Question } from './question.js';
import { TokenBearers } from './token-bearers.js';
import type { SaidToken } from './token-text.js';
import type { WrongQuestion } from './wrong-question.js';

/** What the gate answers. */
export type GateAnswer =
  | { readonly answer: 'enter'; readonly inside: Inside }
  /** Open to everybody, and nobody is there. */
  | { readonly answer: 'open' }
  /** Nobody is there: sign in, then come back. */
  | { readonly answer: 'sign-in'; readonly application: Application }
  /** Somebody is there whose sign-in is not strong enough. */
  | { readonly answer: 'stronger'; readonly inside: Inside }
  /** `inside`: null for a token that is not for this. */
  | { readonly answer: 'denied'; readonly inside: Inside | null }
  /** No application is there, or the question is none: whoever runs the proxy has to mend it. */
  | { readonly answer: 'no-application'; readonly why: WrongQuestion };

/** A question with what came along with it. */
export interface Asked extends Question {
  /** The header `Cookie`. */
  readonly cookies: string | undefined;
  /** Null: it comes with none. With one, no cookie counts. */
  readonly token: SaidToken | null;
  readonly asker: Asker;
  /** Whether it is a CORS preflight (Fetch, section 3.3.5). */
  readonly isPreflight: boolean;
}

/**
 * Decides whether a request goes on to an application. Every answer is of this moment: session, sign-in, person, groups and
 * rules come from one statement, and nothing is written but that somebody was here, once a minute.
 */
@Injectable()
export class Gate {
  private readonly policy: AdmissionPolicy;

  constructor(
    private readonly view: GateView,
    private readonly insiders: Insiders,
    private readonly bearers: TokenBearers,
    config: AppConfig,
  ) {
    this.policy = { registrationOpen: config.registration === 'open' };
  }

  /** @throws Unavailable where a store cannot answer: nobody is signed out for it. */
  async answer(asked: Asked): Promise<GateAnswer> {
    if (asked.token !== null) return this.toProgram(asked, asked.token);
    const { application, row } = await this.view.bySession(asked.origin, asked.cookies);
    if (typeof application === 'string') return { answer: 'no-application', why: application };
    if (asked.isPreflight && application.preflight === 'pass') return { answer: 'open' };
    const answer =
      row === null
        ? ({ answer: 'sign-in', application } as const)
        : await this.toSession(row, application, asked);
    return answer.answer === 'enter' ? answer : openOr(answer, application, asked);
  }

  private async toSession(
    session: FoundSession,
    application: Application,
    { asker }: Asked,
  ): Promise<GateAnswer> {
    const inside = await this.insiders.of(session, application);
    if (inside === null) return { answer: 'sign-in', application };
    const admission = admissionOf(application, inside, this.policy);
    if (admission === 'not-allowed') return { answer: 'denied', inside };
    if (admission === 'too-weak') return { answer: 'stronger', inside };
    // Who sends a form goes to what answers it: no script sends one so by itself.
    const counts = application.activity === 'all' || asker === 'page' || asker === 'form';
    if (counts && !(await this.insiders.isHere(inside, session))) return { answer: 'sign-in', application };
    return { answer: 'enter', inside };
  }

  private async toProgram(asked: Asked, token: SaidToken): Promise<GateAnswer> {
    const { application, row } = await this.view.byToken(asked.origin, token.digest);
    if (typeof application === 'string') return { answer: 'no-application', why: application };
    const about = { question: asked, policy: this.policy };
    const done = row === null ? 'no-token' : this.bearers.answerTo(row, application, about);
    if (typeof done === 'object') return { answer: 'enter', inside: done.inside };
    const refused: GateAnswer =
      done === 'denied' ? { answer: 'denied', inside: null } : { answer: 'sign-in', application };
    return openOr(refused, application, asked);
  }
}

/** Nobody is there; where the path is open, that does not matter. */
const openOr = (answer: GateAnswer, { openPaths }: Application, { method, address }: Asked): GateAnswer =>
  isOpen(openPaths, method, pathOf(address)) ? { answer: 'open' } : answer;
