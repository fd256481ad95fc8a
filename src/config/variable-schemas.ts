import { z } from 'zod';
import { parseDuration } from '../kernel/durations.js';
import { fromProjectRoot } from './project-root.js';

/** A whole number between two others. */
export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));

/** A duration, such as 45m. */
export const anyDuration = (zeroAllowed: boolean) =>
  z.string().transform((text, context) => {
    const parsed = parseDuration(text);
    if (parsed !== null && (parsed > 0 || zeroAllowed)) return parsed;
    context.addIssue({ code: 'custom', message: 'malformed' });
    return z.NEVER;
  });

/** A duration, with what it is where it is not set. */
export const duration = (fallback: string, zeroAllowed = false) =>
  z.string().default(fallback).pipe(anyDuration(zeroAllowed));

/** Letters and signs of some kind, `gatehouse` where it is not set. */
export const name = (pattern: RegExp) => z.string().regex(pattern).default('gatehouse');

/** A file, whose path counts from the project's root. */
export const file = z.string().transform(fromProjectRoot).optional();
