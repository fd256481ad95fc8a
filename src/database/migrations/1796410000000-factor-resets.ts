import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const instant = (name: string) => ({ name, type: 'bigint' });
const orNull = <C extends object>(column: C) => ({ ...column, isNullable: true });

/** Resets of second factors, and at the person when theirs takes effect: every page of theirs says so. */
export class FactorResets1796410000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN factor_reset_at bigint');
    await runner.createTable(
      new Table({
        name: 'factor_resets',
        columns: [
          { ...text('user_id'), isPrimary: true },
          ...[instant('asked_at'), instant('runs_from'), instant('due_at'), text('addresses')],
          ...[orNull(text('email_key')), orNull(instant('warned_at')), orNull(instant('cancelled_at'))],
          ...[orNull(instant('done_at')), orNull(instant('finished_at'))],
          ...[orNull(text('code_digest')), orNull(instant('code_expires_at'))],
        ],
        indices: [new TableIndex({ name: 'factor_resets_by_due', columnNames: ['due_at'] })],
        foreignKeys: [
          {
            columnNames: ['user_id'],
            referencedTableName: 'users',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('factor_resets');
    await runner.query('ALTER TABLE users DROP COLUMN factor_reset_at');
  }
}
