import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { MoreAsked } from '../http/more-asked.js';
import { refuseForm } from '../http/refused-form.js';
import { wantsJson } from '../http/wants-json.js';
import type { CompleteOutcome } from './complete-sign-in.js';
import { STEP_OVER } from './auth.words.js';
import { LeadOnward } from './onward.adapter.js';
import { SECOND_STEP_FIELDS, MAX_SECOND_STEP } from './second-step.form.js';
import { type ShownStep, SecondStepPage } from './second-step-page.js';
import { SECOND_STEP_PAGE, StepDoor, stepPage, type WaitingStep } from './step-door.adapter.js';
import { FrontDoor } from './front-door.adapter.js';

const StepForm = z.strictObject({
  step: z.string().optional(),
  pending: z.string().optional(),
  ...SECOND_STEP_FIELDS,
});
type StepFields = z.output<typeof StepForm>;

/** Between the password and the session: asks for the second factor, or for one to be added first. */
@Controller('login/second-step')
export class SecondStepController {
  constructor(
    private readonly steps: StepDoor,
    private readonly page: SecondStepPage,
    private readonly door: FrontDoor,
    private readonly onward: LeadOnward,
  ) {}

  @Public()
  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('step') handle: unknown,
  ): Promise<void> {
    const waiting = this.steps.find(request, handle);
    const shown = await this.page.find(waiting);
    if (shown === null) return this.over(request, response, waiting);
    response.render(shown.view, await this.page.modelOf(shown));
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async complete(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(StepForm, { limit: MAX_SECOND_STEP })) fields: StepFields,
  ): Promise<void> {
    const waiting = this.steps.find(request, fields.step);
    const shown = await request.gatehouse.firstClick.claimFor(() => this.page.find(waiting));
    if (shown === null) return this.over(request, response, waiting);
    const done = await this.page.complete(this.door.entrantOf(request), shown, fields);
    if (done.outcome === 'over') return this.over(request, response, waiting);
    if (done.outcome === 'enrol') return response.redirect(303, stepPage(shown.handle));
    if (done.outcome === 'no') return this.refuse(request, response, { shown, fields, done });
    this.steps.close(shown, response);
    const { entry } = done;
    const { returnTo: back, unsaved } = shown.step;
    const next = await this.onward.letIn(request, response, { entry, back, unsaved });
    response.redirect(303, this.page.after(shown, next));
  }

  private async refuse(
    request: Request,
    response: Response,
    {
      shown,
      fields,
      done,
    }: {
      readonly shown: ShownStep;
      readonly fields: StepFields;
      readonly done: Extract<CompleteOutcome, { outcome: 'no' }>;
    },
  ): Promise<void> {
    const model = await this.page.modelOf(shown, fields);
    const asks = { kind: SECOND_STEP_PAGE, next: stepPage(shown.handle) } as const;
    refuseForm({ request, response, view: shown.view, model }, { ...done, asks });
  }

  /** Nothing waits here any more: from the start. Who is signed in by now goes on. */
  private async over(request: Request, response: Response, waiting: WaitingStep | null): Promise<void> {
    if (waiting !== null) this.steps.close(waiting, response);
    if (wantsJson(request)) throw new MoreAsked(401, STEP_OVER, { kind: '/login', next: '/login' });
    const next =
      request.gatehouse.principal === null ? await this.steps.fromTheStart(request, waiting) : '/login';
    response.redirect(303, next);
  }
}
