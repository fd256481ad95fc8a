import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AnswersJson, Public } from '../http/access.js';
import { visitOf } from '../http/visit.js';
import { wantsPage } from '../http/wants-json.js';
import { VisitorChallenges } from './visitor-challenge.js';

/** What the sign-in page asks the browser for: the same for everybody, whoever has an account. */
@Controller('login/passkey')
export class PasskeyChallengeController {
  constructor(private readonly challenges: VisitorChallenges) {}

  @Public()
  @AnswersJson()
  @Get()
  ask(@Req() request: Request, @Res() response: Response): void {
    const asked = this.challenges.ask(visitOf(request));
    if (asked === null) throw new NotFoundException();
    // A refused passkey leaves this address in the browser: whoever opens it again means the form.
    if (wantsPage(request)) return response.redirect(303, '/login');
    response.append('Set-Cookie', asked.cookie);
    response.json(asked.options);
  }
}
