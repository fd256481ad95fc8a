import { z } from 'zod';
import { MAX_FORM } from '../http/form-body.js';
import type { AnswerField } from '../second-factor/factor-kinds.js';

/** Bytes of a form with which a factor is shown: what a passkey says is some 2 kB. */
export const MAX_SECOND_STEP = 4 * MAX_FORM;

/** The fields with which a second factor is shown; whichever is filled in counts. */
export const SECOND_STEP_FIELDS = {
  code: z.string().optional(),
  recovery_code: z.string().optional(),
  reset_code: z.string().optional(),
  passkey: z.string().optional(),
  challenge: z.string().optional(),
} satisfies Record<AnswerField, unknown>;
