import type { Row } from './tables.js';

/** What came of a batch. */
export interface Added {
  /** How many rows are new; the others were there already and stay as they are. */
  readonly added: number;
  /** How many texts could not be stored as they were. */
  readonly mended: number;
}

/** Where rows of a table go. */
export interface Destination {
  /** Adds rows. What is there already stays as it is, so a batch may be given twice. */
  add(rows: readonly Row[]): Promise<Added>;
  /** How many of these rows are there, or need not be any more. */
  countOf(rows: readonly Row[]): Promise<number>;
}
