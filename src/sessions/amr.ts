import type { AuthenticationMethod } from '../kernel/principal.js';

const METHODS: ReadonlySet<string> = new Set<AuthenticationMethod>([
  ...(['pwd', 'otp', 'hwk', 'swk', 'user', 'mfa'] as const),
]);

const isMethod = (text: string): text is AuthenticationMethod => METHODS.has(text);

/** RFC 8176 references as they stand in a column, separated by spaces. What is unknown is left out. */
export const methodsIn = (column: string): readonly AuthenticationMethod[] =>
  column.split(' ').filter(isMethod);

/** The column's text for these references. */
export const columnOf = (methods: readonly AuthenticationMethod[]): string => methods.join(' ');
