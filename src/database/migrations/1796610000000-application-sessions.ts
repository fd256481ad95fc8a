import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const instant = (name: string, nullable = false) => ({ name, type: 'bigint', isNullable: nullable });

/** They go with their sign-in, whoever deletes it: also a node of the build before. */
const goesWithSignIn = {
  columnNames: ['sign_in_id'],
  referencedTableName: 'sign_ins',
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE',
};

/** Tickets by which people enter applications, and their sessions there. */
export class ApplicationSessions1796610000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'application_sessions',
        columns: [
          { ...text('digest'), isPrimary: true },
          text('sign_in_id'),
          text('origin'),
          instant('began_at'),
          instant('last_used_at'),
        ],
        indices: [new TableIndex({ name: 'application_sessions_by_sign_in', columnNames: ['sign_in_id'] })],
        foreignKeys: [goesWithSignIn],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'entry_tickets',
        columns: [
          { ...text('digest'), isPrimary: true },
          ...['sign_in_id', 'origin', 'browser', 'path'].map(text),
          instant('made_at'),
          instant('expires_at'),
          instant('spent_at', true),
          { ...text('seen'), isNullable: true },
        ],
        indices: [
          new TableIndex({ name: 'entry_tickets_by_sign_in', columnNames: ['sign_in_id'] }),
          new TableIndex({ name: 'entry_tickets_by_end', columnNames: ['expires_at'] }),
        ],
        foreignKeys: [goesWithSignIn],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('entry_tickets');
    await runner.dropTable('application_sessions');
  }
}
