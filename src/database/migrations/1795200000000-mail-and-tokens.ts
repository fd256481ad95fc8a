import { type MigrationInterface, type QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

const text = (name: string, nullable = false) => ({ name, type: 'text', isNullable: nullable });
const instant = (name: string, nullable = false) => ({ name, type: 'bigint', isNullable: nullable });

/** Promised mails, one-time tokens, and when somebody first signed in. */
export class MailAndTokens1795200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'mails',
        columns: [
          { ...text('id'), isPrimary: true },
          text('content'),
          instant('created_at'),
          { name: 'attempts', type: 'integer' },
          instant('due_at', true),
          instant('forgotten_at'),
        ],
        indices: [
          new TableIndex({ name: 'mails_by_due', columnNames: ['due_at'] }),
          new TableIndex({ name: 'mails_by_age', columnNames: ['forgotten_at'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'one_time_tokens',
        columns: [
          { ...text('digest'), isPrimary: true },
          text('purpose'),
          text('subject'),
          text('address'),
          text('details'),
          instant('created_at'),
          instant('expires_at'),
          instant('used_at', true),
        ],
        indices: [
          new TableIndex({ name: 'one_time_tokens_by_subject', columnNames: ['subject', 'purpose'] }),
          new TableIndex({ name: 'one_time_tokens_by_age', columnNames: ['expires_at'] }),
        ],
      }),
    );
    await runner.addColumn('users', new TableColumn(instant('first_sign_in_at', true)));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('users', 'first_sign_in_at');
    await runner.dropTable('one_time_tokens');
    await runner.dropTable('mails');
  }
}
