import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string, nullable = false) => ({ name, type: 'text', isNullable: nullable });
const instant = (name: string, nullable = false) => ({ name, type: 'bigint', isNullable: nullable });
const flag = (name: string) => ({ name, type: 'boolean' });

/** People, sessions, and a table that readiness checks write to. */
export class GroundFloor1795000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'users',
        columns: [
          { ...text('id'), isPrimary: true },
          text('username'),
          { ...text('username_key'), isUnique: true },
          text('email', true),
          { ...text('email_key', true), isUnique: true },
          text('display_name'),
          text('role'),
          text('password_hash', true),
          instant('password_changed_at', true),
          flag('demo'),
          instant('created_at'),
          instant('disabled_at', true),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'sessions',
        columns: [
          { ...text('id_hash'), isPrimary: true },
          { ...text('public_id'), isUnique: true },
          text('user_id'),
          instant('created_at'),
          instant('authenticated_at'),
          instant('last_seen_at'),
          instant('idle_expires_at', true),
          instant('expires_at'),
          instant('ends_at'),
          flag('remembered'),
          text('amr'),
          text('ip'),
          text('user_agent'),
          text('data'),
        ],
        indices: [
          new TableIndex({ name: 'sessions_by_user', columnNames: ['user_id'] }),
          new TableIndex({ name: 'sessions_by_end', columnNames: ['ends_at'] }),
        ],
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
    await runner.createTable(
      new Table({ name: 'probes', columns: [{ ...text('name'), isPrimary: true }, text('mark')] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('probes');
    await runner.dropTable('sessions');
    await runner.dropTable('users');
  }
}
