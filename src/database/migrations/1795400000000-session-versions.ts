import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The version of somebody's sessions, with the person and with each session. Sessions from before have none, which
 * counts as 0: they live on. Plain statements, because both databases add a column so without copying the table.
 */
export class SessionVersions1795400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN sessions_version bigint NOT NULL DEFAULT 0');
    await runner.query('ALTER TABLE sessions ADD COLUMN version bigint NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN version');
    await runner.query('ALTER TABLE users DROP COLUMN sessions_version');
  }
}
