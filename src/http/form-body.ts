import { type PipeTransform, UnsupportedMediaTypeException } from '@nestjs/common';
import { z } from 'zod';
import type { FieldErrors } from '../kernel/field-errors.js';
import { fieldSentence } from './field-sentences.js';
import { FormAgain } from './form-again.js';
import { NOT_A_FORM, OTHER_FIELDS } from './http.words.js';
import { SuspiciousRequest } from './suspicious-request.js';
import { refuseTaken } from './view-model.js';

/** The largest form that is read where it names no limit of its own, in bytes: names, passwords and a token fit with room to spare. */
export const MAX_FORM = 4 * 1024;
/**
 * What the sign-in form may carry beside that, in the field `unsaved`, in bytes: a form of the largest size that was
 * not taken, its page and its person, encrypted and as base64url.
 */
export const MAX_UNSAVED = 8 * 1024;

/** What a form is beside its fields. */
export interface FormOptions {
  /**
   * The view that shows it again where a field does not fit: with each problem in `errors`, and with what was typed, under
   * the names of the fields. It must need nothing else. None of them may be what every page has, such as `person`.
   */
  readonly again?: string;
  /** The largest it may be, in bytes; {@link MAX_FORM} where nothing is said. */
  readonly limit?: number;
}

/**
 * Checks a form against a schema: `create(@Body(form(NoteForm)) note)`. `_csrf` and `_owner` belong to
 * the guards, `_username` to password managers: they are left out; a field the schema does not name is refused (ASVS 15.3.3).
 * @throws 415 where the body is no form; FormAgain where somebody can mend it; else 400 where it does not fit.
 */
export class FormPipe<T> implements PipeTransform<unknown, T> {
  readonly limit: number | null;
  private readonly again: string | null;

  constructor(
    private readonly schema: z.ZodType<T>,
    { again, limit }: FormOptions = {},
  ) {
    this.again = again ?? null;
    if (again !== undefined && schema instanceof z.ZodObject)
      refuseTaken(again, name => name in schema.shape);
    this.limit = limit ?? null;
  }

  transform(body: unknown): T {
    if (body !== undefined && !(body instanceof FormFields)) throw notAForm();
    const { _csrf, _owner, _username, ...fields } = body ?? {};
    const parsed = this.schema.safeParse(fields, { error: fieldSentence });
    if (parsed.success) return parsed.data;
    const errors = this.again === null ? null : errorsIn(parsed.error, fields);
    if (this.again !== null && errors !== null) throw new FormAgain(this.again, fields, errors);
    throw new SuspiciousRequest(400, OTHER_FIELDS, 'input_validation_fail', 'fields');
  }
}

/** A {@link FormPipe} for a `z.strictObject`. */
export const form = <T>(schema: z.ZodType<T>, options: FormOptions = {}): FormPipe<T> =>
  new FormPipe(schema, options);

/** The first problem of each field; null where it is not about what was typed: our page has other fields than the schema. */
function errorsIn({ issues }: z.ZodError, fields: Readonly<Record<string, string>>): FieldErrors | null {
  const errors = new Map<string, string>();
  for (const { code, path, message } of issues) {
    const name = String(path[0] ?? '');
    if (code === 'unrecognized_keys' || !Object.hasOwn(fields, name)) return null;
    if (!errors.has(name)) errors.set(name, message);
  }
  return Object.fromEntries(errors);
}

/** One text a field; the class tells a form from a JSON body. */
export class FormFields {
  [name: string]: string;
}

/** Those of the named fields that a form has; none of what is no form. */
export function fieldsOf(body: unknown, names: readonly string[]): Record<string, string> {
  if (!(body instanceof FormFields)) return {};
  return Object.fromEntries(names.flatMap(name => (body[name] === undefined ? [] : [[name, body[name]]])));
}

/** A body that is no form. */
export const notAForm = () => new UnsupportedMediaTypeException(NOT_A_FORM);
