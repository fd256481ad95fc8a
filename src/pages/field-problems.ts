import { z } from 'zod';
import type { ViewModel } from '../http/view-model.js';

const Shown = z.object({ errors: z.record(z.string(), z.string()), cursor: z.string().optional() });

/** What is wrong with a field, as its partial takes it. Printed, it is the sentence. */
class FieldProblem {
  constructor(
    private readonly sentence: string,
    /** Whether the cursor goes there: to one field of a page alone. */
    readonly first: boolean,
  ) {}

  toString(): string {
    return this.sentence;
  }
}

/**
 * A view's `errors` made ready for its fields: the first of them gets the cursor, or the field that `cursor` names;
 * `several` says that there is more than one. Nothing for a page without errors.
 */
export function fieldProblems(model: ViewModel): ViewModel {
  if (model['errors'] === undefined || model['errors'] === null) return {};
  const { errors, cursor } = Shown.parse(model);
  const [first] = Object.keys(errors);
  const problems = Object.entries(errors).map(
    ([field, sentence]) => [field, new FieldProblem(sentence, field === (cursor ?? first))] as const,
  );
  return { errors: Object.fromEntries(problems), several: problems.length > 1 };
}
