import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many events have lost somebody, of which no event tells yet. A plain statement, because both databases add the column
 * without copying the table, and a node of the version before that writes a row knows nothing of it.
 */
export class UntoldErasures1796730000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE erasures ADD COLUMN untold bigint NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE erasures DROP COLUMN untold');
  }
}
