import type { ColumnOptions } from 'typeorm';

/** PostgreSQL's driver gives 64-bit integers as text; an instant fits a JavaScript number until the year 287396. */
const instant = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** Column options of an instant: epoch milliseconds. */
export const epoch = (name: string): ColumnOptions => ({ type: 'bigint', name, transformer: instant });

/** Column options of an instant that may be absent. */
export const nullableEpoch = (name: string): ColumnOptions => ({ ...epoch(name), nullable: true });

/** Column options of a version: a number that only grows, 0 where there is none. As large as an instant at most. */
export const version = (name: string): ColumnOptions => ({ ...epoch(name), default: 0 });
