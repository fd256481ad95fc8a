/** A length of time in milliseconds. */
export type Duration = number;

/** `n` seconds as a {@link Duration}. */
export const seconds = (n: number): Duration => n * 1000;
/** `n` minutes as a {@link Duration}. */
export const minutes = (n: number): Duration => seconds(n * 60);
/** `n` hours as a {@link Duration}. */
export const hours = (n: number): Duration => minutes(n * 60);
/** `n` days of 24 hours as a {@link Duration}. */
export const days = (n: number): Duration => hours(n * 24);

const UNITS: Readonly<Record<string, Duration>> = {
  s: seconds(1),
  m: minutes(1),
  h: hours(1),
  d: days(1),
};

/**
 * Reads `90s`, `10m`, `24h`, `30d` or `0`.
 * @returns the duration, or null where the text is none of these.
 */
export function parseDuration(text: string): Duration | null {
  if (text === '0') return 0;
  const [, amount, unit] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  const size = unit === undefined ? undefined : UNITS[unit];
  return size === undefined ? null : Number(amount) * size;
}

/** A duration as {@link parseDuration} reads it, in the largest unit that divides it. @param duration of whole seconds */
export function durationText(duration: Duration): string {
  const [unit = 's', size = seconds(1)] =
    Object.entries(UNITS).findLast(([, each]) => duration % each === 0) ?? [];
  return duration === 0 ? '0' : `${duration / size}${unit}`;
}

/** Whole seconds, rounded up: what `Retry-After` and `Max-Age` take. */
export const wholeSeconds = (duration: Duration): number => Math.max(0, Math.ceil(duration / 1000));
