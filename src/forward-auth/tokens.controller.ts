import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { RequireRecentSignIn, SentOnce } from '../http/access.js';
import { CurrentUser, principalOf } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice, takeForm } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { notTheirs } from '../http/not-theirs.js';
import { nobodyHere } from '../http/unauthorized.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { EndHolding } from './end-holding.js';
import { TO_MAKE_TOKEN, TOKEN_ENDED } from './forward-auth.words.js';
import { MakeToken, TOKEN_DAYS, type TypedToken } from './make-token.js';
import { TOKENS, TokensPage } from './tokens-page.js';

const VIEW = 'account/tokens';

const TokenForm = z.strictObject({
  application: z.string().max(63).default(''),
  name: z.string().max(200),
  days: z.enum(TOKEN_DAYS.map(String)),
  prefix: z.string().max(300).default(''),
  reads: z.literal('yes').optional(),
});

/** Access tokens for programs: see them, make one, end one. */
@Controller('account/tokens')
export class TokensController {
  constructor(
    private readonly making: MakeToken,
    private readonly ending: EndHolding,
    private readonly page: TokensPage,
    private readonly door: FrontDoor,
  ) {}

  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.render(VIEW, await this.page.of(principalOf(request), keptIn(takeForm(request, TOKENS))));
  }

  /** Not with a redirect, as other forms: what the page shows stands nowhere, and is shown this once. */
  @RequireRecentSignIn({
    form: TOKENS,
    keeps: ['application', 'name', 'days', 'prefix', 'reads'],
    to: TO_MAKE_TOKEN,
  })
  @Post()
  async make(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(TokenForm)) { reads, ...fields }: z.output<typeof TokenForm>,
  ): Promise<void> {
    const principal = principalOf(request);
    const typed: TypedToken = { ...fields, reads: reads !== undefined };
    const maker = { principal, origin: originOf(request), stillIn: this.door.stillIn(request) };
    const made = await this.making.make(maker, typed);
    if (made.outcome === 'signed-out') throw nobodyHere(request);
    if (made.outcome === 'made')
      return response.render('account/token-made', { plain: made.plain, label: made.application.label });
    const model = await this.page.of(principal, typed);
    refuseForm({ request, response, view: VIEW, model }, made);
  }

  @SentOnce()
  @Post(':id/end')
  async end(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Param('id') id: string,
  ): Promise<void> {
    if (!(await this.ending.token(person.id, id, originOf(request)))) throw notTheirs(request, 'token');
    await leaveNotice(request, TOKENS, TOKEN_ENDED);
    response.redirect(303, TOKENS);
  }
}

/** What the form held before its person confirmed who they are. */
const keptIn = ({ reads, ...fields }: Readonly<Record<string, string>>): Partial<TypedToken> => ({
  ...fields,
  reads: reads !== undefined,
});
