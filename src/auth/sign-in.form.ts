import { z } from 'zod';

/** "Keep me signed in", a checkbox: there when ticked. */
export const REMEMBER = z
  .string()
  .optional()
  .transform(value => value !== undefined && !['', '0', 'false', 'off', 'no'].includes(value));

/** The fields of the login form. Lengths are bounded by the size of a form. */
export const SignInForm = z.strictObject({
  username: z.string(),
  password: z.string(),
  remember: REMEMBER,
  return_to: z.string().optional(),
  /** A form that waits for its person, sealed. */
  unsaved: z.string().optional(),
});

export type SignInFields = z.output<typeof SignInForm>;
