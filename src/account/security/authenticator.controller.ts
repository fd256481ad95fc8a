import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AfterAdding } from '../../auth/after-adding.js';
import { FrontDoor } from '../../auth/front-door.adapter.js';
import { RequireRecentSignIn, SentOnce } from '../../http/access.js';
import { CurrentUser } from '../../http/current-person.js';
import { form } from '../../http/form-body.js';
import { leaveNotice, takeForm } from '../../http/next-page.js';
import { type FormRefusal, refuseForm } from '../../http/refused-form.js';
import { wantedPage } from '../../http/wanted-page.js';
import type { CurrentPerson } from '../../kernel/principal.js';
import { OwnAuthenticator } from './own-authenticator.js';
import { TO_ADD_APP, TO_ADMIT, TO_REMOVE_APP } from './security.words.js';
import { SECURITY, SECURITY_VIEW, SecurityPage } from './security-page.js';

const AddForm = z.strictObject({ pending: z.string(), code: z.string(), return_to: z.string().optional() });
type AddFields = z.output<typeof AddForm>;

const ReadmitForm = z.strictObject({ code: z.string() });
type ReadmitFields = z.output<typeof ReadmitForm>;

/** What the page shows again once its person has confirmed who they are. The secret is sealed. */
const KEPT = ['pending', 'return_to'];

const PAGE = `${SECURITY}/authenticator`;
const VIEW = 'account/authenticator';

/** A person's authenticator app: added with its first right code, removed, admitted again after it was suspended. */
@Controller('account/security/authenticator')
export class AuthenticatorController {
  constructor(
    private readonly authenticator: OwnAuthenticator,
    private readonly page: SecurityPage,
    private readonly door: FrontDoor,
    private readonly added: AfterAdding,
  ) {}

  @RequireRecentSignIn({ to: TO_ADD_APP })
  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Query('return_to') wanted: unknown,
  ): Promise<void> {
    const { pending, return_to: kept } = takeForm(request, PAGE);
    const model = await this.authenticator.beginOrKeep(person, pending);
    response.render(VIEW, { ...model, returnTo: wantedPage(request, kept ?? wanted) });
  }

  @RequireRecentSignIn({ form: PAGE, keeps: KEPT, to: TO_ADD_APP })
  @SentOnce()
  @Post()
  async add(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(AddForm)) { pending, code, return_to: wanted }: AddFields,
  ): Promise<void> {
    const back = wantedPage(request, wanted);
    const done = await this.authenticator.add(this.door.entrantOf(request), { person, pending, code });
    if (done.outcome === 'no') {
      const model = { ...(await this.authenticator.begin(person, pending)), returnTo: back };
      return refuseForm({ request, response, view: VIEW, model }, done);
    }
    await this.door.letIn(request, response, done.entry);
    const next = await this.added.next(person.id, back, SECURITY);
    await leaveNotice(request, next.path, done.said);
    response.redirect(303, next.address);
  }

  @RequireRecentSignIn({ form: SECURITY, to: TO_REMOVE_APP })
  @SentOnce()
  @Post('remove')
  async remove(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    const done = await this.authenticator.remove(this.door.entrantOf(request), person);
    if (done.outcome === 'no') return this.again(request, response, done);
    await leaveNotice(request, SECURITY, done.said);
    response.redirect(303, SECURITY);
  }

  @RequireRecentSignIn({ form: SECURITY, to: TO_ADMIT })
  @SentOnce()
  @Post('readmit')
  async readmit(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(ReadmitForm)) { code }: ReadmitFields,
  ): Promise<void> {
    const done = await this.authenticator.readmit(this.door.entrantOf(request), person, code);
    if (done.outcome === 'no') return this.again(request, response, done);
    await this.door.letIn(request, response, done.entry);
    await leaveNotice(request, SECURITY, done.said);
    response.redirect(303, SECURITY);
  }

  private async again(request: Request, response: Response, refusal: FormRefusal): Promise<void> {
    const model = await this.page.modelOf(request.gatehouse.principal);
    refuseForm({ request, response, view: SECURITY_VIEW, model }, refusal);
  }
}
