import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { SentOnceMark } from '../http/access.js';
import { AnsweredAlready } from '../http/answered-already.js';
import { answerOf, type FirstAnswer, FirstAnswers, type FormName } from '../http/first-answers.js';
import { SessionLife } from '../sessions/session-life.js';
import { SignedIn } from '../sessions/signed-in.js';

/**
 * Answers the second of two clicks on a button like the first, on routes marked `@SentOnce()`. It stands
 * behind the cross-site guard and before all others: a first click may have ended the session that the second
 * came with. Whoever gets an answer here has sent everything that the first one did, the password included.
 */
@Injectable()
export class SentOnceGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly answers: FirstAnswers,
    private readonly sessions: SessionLife,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.get(SentOnceMark, context.getHandler()) !== true) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const name = this.answers.nameOf(request);
    if (name === null) return true;
    const first = this.answers.find(name);
    if (first !== null) return this.like(first, name, response);
    const wayOn = this.answers.wayOn(name, sessionOf(request));
    if (wayOn !== null) {
      response.redirect(303, wayOn);
      throw new AnsweredAlready();
    }
    // Nothing is awaited before the first is known as such: the second may come in the same turn.
    return this.isFirst(name, request, response);
  }

  private async like(
    coming: Promise<FirstAnswer | null>,
    name: FormName,
    response: Response,
  ): Promise<boolean> {
    const first = await coming;
    if (first === null || !(await this.isGood(first))) return this.isFirst(name, response.req, response);
    for (const line of first.setCookies) response.append('Set-Cookie', line);
    response.redirect(303, first.location);
    throw new AnsweredAlready();
  }

  private isFirst(name: FormName, request: Request, response: Response): true {
    this.answers.expect(
      name,
      answerOf(response, () => sessionOf(request)),
    );
    return true;
  }

  /** A session that has ended since is not handed out once more: the form is taken for itself. */
  private async isGood({ session }: FirstAnswer): Promise<boolean> {
    return session === null || (await this.sessions.resume(session)) !== null;
  }
}

function sessionOf({ session }: Request): string | null {
  const user = session?.passport?.user;
  return user instanceof SignedIn ? user.live.session.idHash : null;
}
