import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { KeepsTyped } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice, takeForm } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { NAME_CHANGED } from './account.words.js';
import { Profile } from './profile.js';
import { ProfilePage } from './profile-page.js';

const ProfileForm = z.strictObject({ display_name: z.string() });
type ProfileFields = z.output<typeof ProfileForm>;

const PAGE = '/account';
const VIEW = 'account/profile';

/** What a person is called, and the way to the other account pages. */
@Controller('account')
export class ProfileController {
  constructor(
    private readonly profile: Profile,
    private readonly page: ProfilePage,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    response.render(VIEW, await this.page.modelOf(person, takeForm(request, PAGE)['display_name']));
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
      const model = await this.page.modelOf(person, displayName);
      return refuseForm(
        { request, response, view: VIEW, model },
        { errors: { display_name: done.sentence } },
      );
    }
    await leaveNotice(request, PAGE, NAME_CHANGED);
    response.redirect(303, PAGE);
  }
}
