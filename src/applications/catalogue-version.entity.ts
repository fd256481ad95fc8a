import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Which applications there are, by a random word that each change replaces: one row, absent before the first. Whoever has
 * the applications of that version in memory need not read them. Not a count: a restored backup would have one again.
 */
@Entity({ name: 'application_catalogue' })
export class CatalogueVersion {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'text' })
  version!: string;
}

/** The one row. */
export const ONLY_ROW = 1;

/** A subquery for the version as a statement sees it; null before the first change. */
export const VERSION_NOW = '(SELECT version FROM application_catalogue)';
