import type { z } from 'zod';

/**
 * What a field is told whose schema has no sentence of its own, as zod's `error` option takes it: what is wrong, and what
 * to do.
 */
export function fieldSentence(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum), issue.input);
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'invalid_type':
      return issue.expected === 'number' || issue.expected === 'int' ? 'Enter a number.' : FILL_IN;
    case 'invalid_value':
      return 'Choose one of the options.';
    default:
      return 'Check this: it does not look right.';
  }
}

const FILL_IN = 'Fill this in.';

function tooBig(origin: string, most: number, input: unknown): string {
  if (origin !== 'string') return `Enter ${most} or less.`;
  return `Use at most ${most} characters. This has ${typeof input === 'string' ? input.length : 'more'}.`;
}

function tooSmall(origin: string, least: number): string {
  if (origin !== 'string') return `Enter ${least} or more.`;
  return least <= 1 ? FILL_IN : `Use at least ${least} characters.`;
}
