import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, SetupFirst, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { CHOSEN_PASSWORD, PasswordPolicy } from '../users/password-policy.js';
import { AskForAccount } from './ask-for-account.js';
import { RegisteringBrowser } from '../http/registering-browser.js';
import { registrationClosed } from './registration-closed.js';
import { SentPage } from '../http/sent-page.js';

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
    private readonly accounts: AskForAccount,
    private readonly sent: SentPage,
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
  @SentOnce('later')
  @Post()
  async register(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(RegisterForm)) fields: RegisterFields,
  ): Promise<void> {
    this.requireOpen();
    const mark = async () => {
      await request.gatehouse.firstClick.claim();
      return this.browser.mark(request, response);
    };
    const done = await this.accounts.ask(fields, mark, originOf(request));
    if (done.outcome === 'asked')
      return this.sent.show(response, { address: done.email.display, again: false });
    const { username, email } = fields;
    const model = { username, email, ...this.policy.forView };
    refuseForm({ request, response, view: VIEW, model }, done);
  }

  private requireOpen(): void {
    const closed = registrationClosed(this.config);
    if (closed !== null) throw closed;
  }
}
