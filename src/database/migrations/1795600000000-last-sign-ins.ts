import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Of people: when they signed in last, and from where. Plain statements, because both databases add a column so without
 * copying the table.
 */
export class LastSignIns1795600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN last_sign_in_at bigint');
    await runner.query('ALTER TABLE users ADD COLUMN last_sign_in_ip text');
    await runner.query('ALTER TABLE users ADD COLUMN last_sign_in_agent text');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['last_sign_in_agent', 'last_sign_in_ip', 'last_sign_in_at'])
      await runner.query(`ALTER TABLE users DROP COLUMN ${name}`);
  }
}
