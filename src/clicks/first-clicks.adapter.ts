import { setTimeout as after } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AnsweredAlready } from '../http/answered-already.js';
import type { Claim, FirstClick } from '../http/first-click.js';
import type { Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { SessionLife } from '../sessions/session-life.js';
import { answerOf, nameOf, sessionOf } from './sent-form.adapter.js';
import { type Answer, FirstAnswers, type Found, WINDOW } from './first-answers.js';
import type { FormName } from './form-name.js';

/** Another one was faster: it leaves the transaction. */
class NotTheFirst extends Error {
  override readonly name = 'NotTheFirst';
}

/** How often somebody looks whether the first click was answered. */
const LOOK_EVERY: Duration = seconds(0.025);

/**
 * Answers the second of two clicks on a button like the first. What comes a second time is looked for when it arrives;
 * that a form is the first is written down once it is about to do something. Whoever gets an answer here has sent
 * everything that the first one did, the secret of the page and the password included.
 */
@Injectable()
export class FirstClicks {
  constructor(
    private readonly answers: FirstAnswers,
    private readonly sessions: SessionLife,
  ) {}

  /**
   * Gives a form the first one's answer, if there is one; waits for it where the first is on its way.
   * @throws AnsweredAlready where the answer has been given. @throws Unavailable
   */
  async meet(request: Request, response: Response): Promise<void> {
    const name = nameOf(request);
    if (name !== null) await this.answerLikeFirst(name, request, response);
  }

  /** What the handler of this form says. */
  of(request: Request, response: Response): FirstClick {
    return {
      claim: () => this.claim(request, response),
      claimLink: look => this.claimLink(request, response, look),
      claimFor: look => this.claimFor(request, response, look),
      once: work => this.once(request, response, work),
    };
  }

  private async claim(request: Request, response: Response): Promise<void> {
    const name = nameOf(request);
    if (name === null) return;
    let instead: Instant | null = null;
    while (!(await this.answers.claim(name, instead)))
      instead = await this.answerLikeFirst(name, request, response);
    this.settleOnceAnswered(name, request, response);
  }

  private async once<T>(
    request: Request,
    response: Response,
    work: (claim: Claim) => Promise<T>,
  ): Promise<T> {
    const name = nameOf(request);
    if (name === null) return work(() => Promise.resolve());
    for (let instead: Instant | null = null; ;) {
      const claim: Claim = async manager => {
        if (!(await this.answers.claim(name, instead, manager))) throw new NotTheFirst();
      };
      try {
        const done = await work(claim);
        this.settleOnceAnswered(name, request, response);
        return done;
      } catch (error) {
        if (!(error instanceof NotTheFirst)) throw error;
        instead = await this.answerLikeFirst(name, request, response);
      }
    }
  }

  private settleOnceAnswered(name: FormName, request: Request, response: Response): void {
    void answerOf(request, response).then(answer => this.answers.settle(name, answer));
  }

  private async claimLink(request: Request, response: Response, look: () => Promise<unknown>): Promise<void> {
    await look().catch(async (error: unknown) => {
      await this.meet(request, response);
      throw error;
    });
    await this.claim(request, response);
  }

  private async claimFor<T>(
    request: Request,
    response: Response,
    look: () => Promise<T | null>,
  ): Promise<T | null> {
    const found = await look();
    await (found === null ? this.meet(request, response) : this.claim(request, response));
    return found;
  }

  /** @returns the instant of what is known of it and is of no use; null where nothing is. */
  private async answerLikeFirst(
    name: FormName,
    request: Request,
    response: Response,
  ): Promise<Instant | null> {
    const found = await this.whenAnswered(name);
    if (found.kind === 'none') return null;
    if (found.kind === 'same' && (await this.isGood(found.answer))) {
      for (const line of found.answer.setCookies) response.append('Set-Cookie', line);
      return leadOn(response, found.answer);
    }
    // A browser that has its cookies by now gets no others; where a session belongs to it, only with that session.
    if (found.kind === 'other cookies' && [null, sessionOf(request)].includes(found.answer.session))
      return leadOn(response, found.answer);
    return found.at;
  }

  /** A process may die over a form: what waits for it is taken for itself after a while. */
  private async whenAnswered(name: FormName): Promise<Found> {
    const until = performance.now() + WINDOW;
    let found = await this.answers.find(name);
    while (found.kind === 'coming' && performance.now() < until) {
      await after(LOOK_EVERY);
      found = await this.answers.find(name);
    }
    return found;
  }

  /** A session that has ended since is not handed out once more: the form is taken for itself. */
  private async isGood({ session }: Answer): Promise<boolean> {
    return session === null || (await this.sessions.resume(session)) !== null;
  }
}

function leadOn(response: Response, { location }: Answer): never {
  response.redirect(303, location);
  throw new AnsweredAlready();
}
