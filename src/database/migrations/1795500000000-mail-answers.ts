import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';

const text = (name: string) => new TableColumn({ name, type: 'text', isNullable: true });
const instant = (name: string) => new TableColumn({ name, type: 'bigint', isNullable: true });

/** Of mails: what the server said and when, and until when their links are good. */
export class MailAnswers1795500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumns('mails', [
      text('answer'),
      instant('tried_at'),
      instant('good_until'),
      instant('renewed_at'),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['renewed_at', 'good_until', 'tried_at', 'answer'])
      await runner.dropColumn('mails', name);
  }
}
