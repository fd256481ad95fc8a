import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Of mails that wait: what is in them, sealed with a data key. A column of its own, so that a version that knows session
 * secrets alone cannot empty what it cannot open. The index has the mails that wait and no others.
 */
export class SealedMails1796000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mails ADD COLUMN sealed text');
    await runner.query('CREATE INDEX mails_by_seal ON mails (due_at) WHERE sealed IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX mails_by_seal');
    await runner.query('ALTER TABLE mails DROP COLUMN sealed');
  }
}
