import { HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Duration, wholeSeconds } from '../kernel/durations.js';
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
  readonly sentence: string;
  /** The field it is about, as the view calls it; without one it stands at the top alone. */
  readonly field?: string;
  /** 422 where nothing else is said, and on a page where this is 401. */
  readonly status?: number;
  /** When trying again makes sense. */
  readonly retryAfter?: Duration | null;
}

/**
 * Answers a form that is refused: the page once more, with the sentence as `error` and at its field in
 * `errors`, and the seconds to wait as `retryIn`. @throws HttpException to clients that want JSON.
 */
export function refuseForm({ request, response, view, model }: FormPage, refusal: FormRefusal): void {
  const { sentence: error, field, status = 422, retryAfter = null } = refusal;
  const retryIn = retryAfter === null ? null : wholeSeconds(retryAfter);
  if (retryIn !== null) response.setHeader('Retry-After', retryIn);
  if (wantsJson(request)) throw new HttpException(error, status);
  const errors = field === undefined ? {} : { errors: { [field]: error } };
  response.status(refusalStatus(request, status)).render(view, { ...model, ...errors, error, retryIn });
}
