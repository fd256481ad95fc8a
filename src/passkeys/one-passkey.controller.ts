import { Body, Controller, Get, NotFoundException, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { AnswersJson, RequireRecentSignIn, SentOnce } from '../http/access.js';
import { form } from '../http/form-body.js';
import { leaveNotice } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { notTheirs } from '../http/not-theirs.js';
import { nobodyHere } from '../http/unauthorized.js';
import type { ViewModel } from '../http/view-model.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { LONGEST_NAME } from './authenticator-names.js';
import { ChangePasskeys } from './change-passkeys.js';
import type { Passkey } from './passkey.entity.js';
import { PasskeysPage } from './passkeys-page.js';
import { PAGE } from './passkeys.view.js';
import {
  LAST_FACTOR,
  LAST_WAY_IN,
  nameProblem,
  NO_SUCH,
  NOT_ACCEPTED_HERE,
  NOT_NOW,
  readmitted,
  removed,
  RENAMED,
  TO_READMIT,
  TO_REMOVE,
} from './passkeys.words.js';
import { ReadmitPasskey } from './readmit-passkey.js';
import { MAX_RESPONSE } from './responses.js';

const NameForm = z.strictObject({ name: z.string() });
const ReadmitForm = z.strictObject({ passkey: z.string() });

const VIEW = 'passkeys/one';

/** Why one stays. */
const KEPT = { 'last-way-in': LAST_WAY_IN, 'last-factor': LAST_FACTOR, 'not-now': NOT_NOW } as const;

/** One of a person's passkeys: see, name and remove it; and admit it again where it is suspended. */
@Controller('account/security/passkeys/:id')
export class OnePasskeyController {
  constructor(
    private readonly changes: ChangePasskeys,
    private readonly readmission: ReadmitPasskey,
    private readonly page: PasskeysPage,
    private readonly door: FrontDoor,
  ) {}

  @Get()
  async show(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    const passkey = await this.ownOr404(request, id);
    response.render(VIEW, this.modelOf(request, passkey));
  }

  @SentOnce()
  @Post('rename')
  async rename(
    @Req() request: Request,
    @Res() response: Response,
    @Param('id') id: string,
    @Body(form(NameForm)) { name }: z.output<typeof NameForm>,
  ): Promise<void> {
    const passkey = await this.ownOr404(request, id);
    if (!(await this.changes.rename(passkey, name, originOf(request)))) {
      const model = this.modelOf(request, passkey, name);
      const errors = { name: nameProblem(LONGEST_NAME) };
      return refuseForm({ request, response, view: VIEW, model }, { errors });
    }
    await leaveNotice(request, PAGE, RENAMED);
    response.redirect(303, PAGE);
  }

  @RequireRecentSignIn({ form: PAGE, to: TO_REMOVE })
  @SentOnce()
  @Post('remove')
  async remove(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    const passkey = await this.ownOr404(request, id);
    const { outcome } = await this.changes.remove(this.door.entrantOf(request), personOf(request), passkey);
    if (outcome !== 'removed') {
      const model = this.modelOf(request, passkey);
      return refuseForm({ request, response, view: VIEW, model }, { sentence: KEPT[outcome] });
    }
    await leaveNotice(request, PAGE, removed(passkey.name));
    response.redirect(303, `${PAGE}?gone=${passkey.credentialId}`);
  }

  /** What the browser is to be asked for, when the button is pressed: the page may have been open for hours. */
  @AnswersJson()
  @Get('options')
  async options(@Req() request: Request, @Param('id') id: string): Promise<object> {
    const passkey = await this.ownOr404(request, id);
    if (passkey.suspendedAt === null) throw new NotFoundException();
    return this.readmission.options(this.door.entrantOf(request), passkey);
  }

  @RequireRecentSignIn({ form: PAGE, to: TO_READMIT })
  @Post('readmit')
  async readmit(
    @Req() request: Request,
    @Res() response: Response,
    @Param('id') id: string,
    @Body(form(ReadmitForm, { limit: MAX_RESPONSE })) { passkey: text }: z.output<typeof ReadmitForm>,
  ): Promise<void> {
    const passkey = await this.ownOr404(request, id);
    const done = await this.readmission.readmit(this.door.entrantOf(request), {
      person: personOf(request),
      passkey,
      text,
    });
    if (done.outcome !== 'added') {
      const model = this.modelOf(request, passkey);
      const sentence = done.outcome === 'wrong' ? NOT_ACCEPTED_HERE : NOT_NOW;
      return refuseForm({ request, response, view: VIEW, model }, { sentence });
    }
    await this.door.letIn(request, response, done.entry);
    await leaveNotice(request, PAGE, readmitted(passkey.name));
    response.redirect(303, PAGE);
  }

  private modelOf(request: Request, passkey: Passkey, name = passkey.name): ViewModel {
    const shown = this.page.oneOf(passkey, name);
    if (passkey.suspendedAt === null) return shown;
    const options = this.readmission.options(this.door.entrantOf(request), passkey);
    return { ...shown, passkeys: { options: JSON.stringify(options) } };
  }

  /** Somebody else's is none of theirs: the same 404 as any other text, and as one that was removed in another tab. */
  private async ownOr404(request: Request, id: string): Promise<Passkey> {
    const passkey = await this.page.one(personOf(request), id);
    if (passkey === null) throw notTheirs(request, 'passkey', NO_SUCH);
    return passkey;
  }
}

function personOf(request: Request): CurrentPerson {
  const { principal } = request.gatehouse;
  if (principal === null) throw nobodyHere(request);
  return principal.person;
}
