import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { RECOVERY_CODES } from '../../auth/after-adding.js';
import { FrontDoor } from '../../auth/front-door.adapter.js';
import { RequireRecentSignIn, SentOnce } from '../../http/access.js';
import { CurrentUser } from '../../http/current-person.js';
import { form } from '../../http/form-body.js';
import { leaveNotice, takeForm } from '../../http/next-page.js';
import { refuseForm } from '../../http/refused-form.js';
import { pathOf } from '../../http/return-to.js';
import { wantedPage } from '../../http/wanted-page.js';
import type { CurrentPerson } from '../../kernel/principal.js';
import { OwnRecoveryCodes } from './own-recovery-codes.js';
import { CODES_SAVED, TO_MAKE_CODES } from './security.words.js';
import { SECURITY } from './security-page.js';

const SavedForm = z.strictObject({ pending: z.string(), return_to: z.string().optional() });
type SavedFields = z.output<typeof SavedForm>;

/** What the page shows again once its person has confirmed who they are. The codes are sealed. */
const KEPT = ['pending', 'return_to'];

const PAGE = RECOVERY_CODES;
const VIEW = 'account/recovery-codes';

/** Recovery codes: shown once, and in force only once their person says that they are saved. */
@Controller('account/security/recovery-codes')
export class RecoveryCodesController {
  constructor(
    private readonly codes: OwnRecoveryCodes,
    private readonly door: FrontDoor,
  ) {}

  @RequireRecentSignIn({ to: TO_MAKE_CODES })
  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Query('return_to') wanted: unknown,
  ): Promise<void> {
    const { pending, return_to: kept } = takeForm(request, PAGE);
    const model = await this.codes.makeOrKeep(person, pending);
    response.render(VIEW, { ...model, returnTo: wantedPage(request, kept ?? wanted) });
  }

  /** The codes of the page as a text. */
  @RequireRecentSignIn({ form: PAGE, keeps: KEPT, to: TO_MAKE_CODES })
  @Post('download')
  async download(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(SavedForm)) { pending, return_to: wanted }: SavedFields,
  ): Promise<void> {
    const back = wantedPage(request, wanted);
    const text = this.codes.textOf(person, pending);
    if (text === null) {
      const model = { ...(await this.codes.make(person)), returnTo: back };
      return refuseForm({ request, response, view: VIEW, model }, this.codes.gone);
    }
    response.setHeader('Content-Disposition', 'attachment; filename="recovery-codes.txt"');
    response.status(200).type('text/plain; charset=utf-8').send(text);
  }

  @RequireRecentSignIn({ form: PAGE, keeps: KEPT, to: TO_MAKE_CODES })
  @SentOnce()
  @Post()
  async save(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(SavedForm)) { pending, return_to: wanted }: SavedFields,
  ): Promise<void> {
    const back = wantedPage(request, wanted);
    const done = await this.codes.save(this.door.entrantOf(request), person, pending);
    if (done.outcome === 'no') {
      const model = { ...(await this.codes.make(person)), returnTo: back };
      return refuseForm({ request, response, view: VIEW, model }, done);
    }
    const next = back ?? SECURITY;
    await leaveNotice(request, pathOf(next), CODES_SAVED);
    response.redirect(303, next);
  }
}
