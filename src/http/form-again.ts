import { type FieldErrors, inOneLine } from '../kernel/field-errors.js';
import { FormRefused } from './refused-form.js';

/** A form whose fields do not fit: it is shown again with what was typed. */
export class FormAgain extends FormRefused {
  constructor(
    readonly view: string,
    readonly typed: Readonly<Record<string, string>>,
    override readonly errors: FieldErrors,
  ) {
    super(inOneLine(errors), 422, errors);
  }
}
