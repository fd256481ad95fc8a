import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string, nullable = false) => ({ name, type: 'text', isNullable: nullable });
const instant = (name: string, nullable = false) => ({ name, type: 'bigint', isNullable: nullable });

/**
 * Sign-ins. Sessions from before get theirs when somebody comes back with one: those in Redis are not here to be seen,
 * and programs of the version before go on beginning sessions without one until the last of them is stopped.
 */
export class SignIns1795700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'sign_ins',
        columns: [
          { ...text('id'), isPrimary: true },
          text('user_id'),
          instant('began_at'),
          text('amr'),
          instant('proved_at'),
          text('session_id_hash'),
          instant('expires_at'),
          instant('known_end_at'),
          instant('ended_at', true),
          text('end_reason', true),
        ],
        indices: [
          new TableIndex({ name: 'sign_ins_by_user', columnNames: ['user_id'] }),
          new TableIndex({ name: 'sign_ins_by_end', columnNames: ['known_end_at'] }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('sign_ins');
  }
}
