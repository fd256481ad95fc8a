/** What is wrong with a form: for each field that cannot stay as it is a sentence that says what to do, in the order of the fields. */
export type FieldErrors = Readonly<Record<string, string>>;

/** Every sentence of them in one line, for where there are no fields: a program, the command line. */
export const inOneLine = (errors: FieldErrors): string => Object.values(errors).join(' ');

/**
 * Every problem of a form at once.
 * @param problems in the order of the fields; null where nothing is wrong. @returns null where nothing is wrong at all.
 */
export function fieldErrors(problems: Readonly<Record<string, string | null>>): FieldErrors | null {
  const wrong = Object.entries(problems).flatMap(([field, problem]) =>
    problem === null ? [] : [[field, problem] as const],
  );
  return wrong.length === 0 ? null : Object.fromEntries(wrong);
}
