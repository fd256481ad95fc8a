import { Body, Controller, Get, NotFoundException, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { AnswersJson, Public, RequireRecentSignIn } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice, takeForm } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { wantedPage } from '../http/wanted-page.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { AddPasskey } from './add-passkey.js';
import { PasskeysPage } from './passkeys-page.js';
import { PAGE } from './passkeys.view.js';
import { added, TO_ADD } from './passkeys.words.js';
import { RelyingParty } from './relying-party.js';
import { MAX_RESPONSE } from './responses.js';

const ADD = `${PAGE}/add`;
const VIEWS = { list: 'passkeys/list', add: 'passkeys/add' } as const;

const AddForm = z.strictObject({ credential: z.string(), return_to: z.string().optional() });
type AddFields = z.output<typeof AddForm>;

/** A person's passkeys, and adding one. */
@Controller()
export class PasskeysController {
  constructor(
    private readonly adding: AddPasskey,
    private readonly party: RelyingParty,
    private readonly page: PasskeysPage,
    private readonly door: FrontDoor,
  ) {}

  /** Where password managers look for these pages (W3C "A Well-Known URL for Relying Party Passkey Endpoints"). */
  @Public()
  @AnswersJson()
  @Get('.well-known/passkey-endpoints')
  wellKnown(): object {
    if (this.party.id === null) throw new NotFoundException();
    return { enroll: this.party.origin + ADD, manage: this.party.origin + PAGE };
  }

  @Get('account/security/passkeys')
  async list(
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Query('gone') gone: unknown,
  ): Promise<void> {
    response.render(VIEWS.list, await this.page.listOf(person, gone));
  }

  @RequireRecentSignIn({ to: TO_ADD })
  @Get('account/security/passkeys/add')
  async showAdd(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Query('return_to') wanted: unknown,
  ): Promise<void> {
    const { return_to: kept } = takeForm(request, ADD);
    response.render(VIEWS.add, await this.page.newOne(person, wantedPage(request, kept ?? wanted)));
  }

  /** What the browser is to be asked for, when the button is pressed: a page may have been open for hours. */
  @RequireRecentSignIn({ to: TO_ADD })
  @AnswersJson()
  @Get('account/security/passkeys/options')
  async options(@Req() request: Request, @CurrentUser() person: CurrentPerson): Promise<object> {
    const options = await this.adding.options(this.door.entrantOf(request), person);
    if (options === null) throw new NotFoundException();
    return options;
  }

  @RequireRecentSignIn({ form: ADD, keeps: ['return_to'], to: TO_ADD })
  @Post('account/security/passkeys/add')
  async add(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(AddForm, { limit: MAX_RESPONSE })) { credential, return_to: wanted }: AddFields,
  ): Promise<void> {
    const back = wantedPage(request, wanted);
    const done = await this.adding.add(this.door.entrantOf(request), person, credential);
    if (done.outcome === 'refused') {
      const model = await this.page.newOne(person, back);
      return refuseForm({ request, response, view: VIEWS.add, model }, { sentence: done.sentence });
    }
    await this.door.letIn(request, response, done.entry);
    const next = await this.page.afterAdding(person, back);
    await leaveNotice(request, next.path, added(done.name, person.secondFactorAt === null));
    response.redirect(303, next.address);
  }
}
