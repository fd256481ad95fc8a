import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { KeepsTyped } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice, takeForm } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { Clock } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { timeView } from '../pages/time-in-words.js';
import { PendingEmailChange } from '../registration/pending-email-change.js';
import { NAME_CHANGED } from './account.words.js';
import { Profile } from './profile.js';

const ProfileForm = z.strictObject({ display_name: z.string() });
type ProfileFields = z.output<typeof ProfileForm>;

const PAGE = '/account';
const VIEW = 'account/profile';

/** What a person is called, and the way to the other account pages. */
@Controller('account')
export class ProfileController {
  constructor(
    private readonly profile: Profile,
    private readonly config: AppConfig,
    private readonly pending: PendingEmailChange,
    private readonly clock: Clock,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    const { id, displayName } = person;
    response.render(VIEW, await this.model(id, takeForm(request, PAGE)['display_name'] ?? displayName));
  }

  @KeepsTyped(['display_name'])
  @Post()
  async change(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(ProfileForm)) { display_name: displayName }: ProfileFields,
  ): Promise<void> {
    const done = await this.profile.rename(person.id, displayName, originOf(request));
    if (done.outcome === 'refused') {
      const model = await this.model(person.id, displayName);
      return refuseForm(
        { request, response, view: VIEW, model },
        { errors: { display_name: done.sentence } },
      );
    }
    await leaveNotice(request, PAGE, NAME_CHANGED);
    response.redirect(303, PAGE);
  }

  private async model(userId: string, displayName: string) {
    const mails = this.config.mail.smtp !== null;
    const pending = mails ? await this.pending.of(userId) : null;
    const until = pending === null ? null : timeView(pending.until, this.clock.now());
    return { displayName, mails, pending: pending === null ? null : { ...pending, until } };
  }
}
