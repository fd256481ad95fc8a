import { Body, Controller, ForbiddenException, Get, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, SetupFirst, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { addressFor } from '../recovery/mail-form.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { RegistrationCheck } from './registration-check.js';
import { RegisteringBrowser } from './registering-browser.js';
import { Register } from './register.js';

const RegisterForm = z.strictObject({
  username: z.string(),
  email: z.string(),
  password: z.string(),
  password_again: z.string(),
});
type RegisterFields = z.output<typeof RegisterForm>;

const VIEW = 'registration/register';

/** Asking for an account. */
@NeedsMail()
@Controller('register')
export class RegisterController {
  private readonly browser: RegisteringBrowser;

  constructor(
    private readonly config: AppConfig,
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
    response.render(VIEW, { passwordHint: this.check.passwordHint });
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
    const { username, email: typed } = fields;
    const model = { username, passwordHint: this.check.passwordHint };
    const checked = await this.check.names(fields, originOf(request).ip);
    if (checked.outcome === 'refused')
      return refuseForm({ request, response, view: VIEW, model: { ...model, email: typed } }, checked);
    const email = await addressFor({ request, response, typed, view: VIEW, model }, ({ key }) =>
      this.budget.spend(key, 'register', originOf(request)),
    );
    if (email === null) return;
    const passwordHash = await this.check.hash(fields.password);
    const browser = this.browser.mark(request, response);
    await this.registrations.request(
      { username: checked.username, email, passwordHash, browser },
      originOf(request),
    );
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
