import { Body, Controller, ForbiddenException, Get, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, SetupFirst, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { tooManyMails } from '../recovery/mail-form.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { CHOSEN_PASSWORD, PasswordPolicy } from '../users/password-policy.js';
import { RegistrationCheck, TAKEN } from './registration-check.js';
import { RegisteringBrowser } from './registering-browser.js';
import { Register } from './register.js';

const RegisterForm = z.strictObject({ username: z.string(), email: z.string(), ...CHOSEN_PASSWORD });
type RegisterFields = z.output<typeof RegisterForm>;

const VIEW = 'registration/register';

/** Asking for an account. */
@NeedsMail()
@Controller('register')
export class RegisterController {
  private readonly browser: RegisteringBrowser;

  constructor(
    private readonly config: AppConfig,
    private readonly policy: PasswordPolicy,
    private readonly check: RegistrationCheck,
    private readonly registrations: Register,
    private readonly budget: MailBudget,
  ) {
    this.browser = new RegisteringBrowser(config);
  }

  @Public()
  @SetupFirst()
  @Get()
  show(@Res() response: Response): void {
    this.requireOpen();
    response.render(VIEW, this.policy.forView);
  }

  @Public()
  @VisitorForm()
  @SentOnce()
  @Post()
  async register(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(RegisterForm)) fields: RegisterFields,
  ): Promise<void> {
    this.requireOpen();
    const { username: typed, email: address, ...chosen } = fields;
    const origin = originOf(request);
    const page = {
      request,
      response,
      view: VIEW,
      model: { username: typed, email: address, ...this.policy.forView },
    };
    const wanted = { username: typed, email: address, chosen, taken: TAKEN, counted: origin };
    const checked = await this.check.check(wanted);
    if (checked.outcome === 'refused') return refuseForm(page, checked);
    const { username, email } = checked;
    const wait = await this.budget.spend(email.key, 'register', origin);
    if (wait !== null) return refuseForm(page, tooManyMails(wait));
    const passwordHash = await this.check.hash(chosen.password);
    const browser = this.browser.mark(request, response);
    await this.registrations.request({ username, email, passwordHash, browser }, origin);
    response.redirect(303, '/login?done=registered');
  }

  private requireOpen(): void {
    if (this.config.registration === 'closed') throw new NotFoundException();
    if (this.config.registration === 'open') return;
    throw new ForbiddenException(
      'Accounts are by invitation here. Ask the people who run this site for one.',
    );
  }
}
