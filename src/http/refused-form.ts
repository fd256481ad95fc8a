import { HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Duration, wholeSeconds } from '../kernel/durations.js';
import { type FieldErrors, inOneLine } from '../kernel/field-errors.js';
import type { Asked } from './asked.js';
import { remark } from './remarks.js';
import type { ViewModel } from './view-model.js';
import { refusalStatus } from './unauthorized.js';
import { wantsJson } from './wants-json.js';

/** A form that is refused: who sent it, and the page it is shown on again. */
export interface FormPage {
  readonly request: Request;
  readonly response: Response;
  readonly view: string;
  /** What the page shows beside the error: what was typed, but no secrets. */
  readonly model?: ViewModel;
}

/** Why it is refused. */
export interface FormRefusal {
  /** What is wrong with its fields, named as the view calls them: every problem at once. */
  readonly errors?: FieldErrors | null;
  /** What is wrong with no field of it, such as that it was sent too often. */
  readonly sentence?: string;
  /** 422 where nothing else is said, and on a page where this is 401. */
  readonly status?: number;
  /** What was asked for more often than its budget has, for the security log. */
  readonly limited?: string;
  /** When trying again makes sense. */
  readonly retryAfter?: Duration | null;
  /** For programs: what is asked of them. */
  readonly asks?: Asked | null;
}

/** A form that is refused, for a program that sent it. */
export class FormRefused extends HttpException {
  constructor(
    sentence: string,
    status: number,
    readonly errors: FieldErrors | null,
    readonly asks: Asked | null = null,
  ) {
    super(sentence, status);
  }
}

/**
 * Answers a form that is refused: the page once more, with each problem at its field in `errors`, and as `error`
 * what belongs to none, and the seconds to wait as `retryIn`. @throws FormRefused to clients that want JSON: the same, as `errors` and `detail`.
 */
export function refuseForm({ request, response, view, model }: FormPage, refusal: FormRefusal): void {
  const { errors = null, sentence, status = 422, limited, retryAfter = null, asks = null } = refusal;
  if (limited !== undefined) remark(request, { event: 'excess_rate_limit_exceeded', reason: limited });
  const error = sentence ?? inOneLine(errors ?? {});
  const retryIn = retryAfter === null ? null : wholeSeconds(retryAfter);
  if (retryIn !== null) response.setHeader('Retry-After', retryIn);
  if (wantsJson(request)) throw new FormRefused(error.replace(/[^.!?]$/, '$&.'), status, errors, asks);
  const shown = { errors, error, retryIn, ...(sentence === undefined ? {} : { sentence }) };
  response.status(refusalStatus(request, status)).render(view, { ...model, ...shown });
}
