import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const instant = (name: string) => ({ name, type: 'bigint' });

/** People's passkeys, which go with them; and the challenges that have been used, until their time is over. */
export class Passkeys1796500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'passkeys',
        columns: [
          { ...text('id'), isPrimary: true },
          { ...text('credential_id'), isUnique: true },
          text('user_id'),
          text('rp_id'),
          text('public_key'),
          { name: 'counter', type: 'bigint' },
          text('transports'),
          { name: 'synced', type: 'boolean' },
          { name: 'backed_up', type: 'boolean' },
          text('aaguid'),
          text('name'),
          instant('added_at'),
          { ...instant('last_used_at'), isNullable: true },
          { ...instant('suspended_at'), isNullable: true },
        ],
        indices: [new TableIndex({ name: 'passkeys_by_user', columnNames: ['user_id'] })],
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
      new Table({
        name: 'used_challenges',
        columns: [{ ...text('digest'), isPrimary: true }, instant('expires_at')],
        indices: [new TableIndex({ name: 'used_challenges_by_expiry', columnNames: ['expires_at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('used_challenges');
    await runner.dropTable('passkeys');
  }
}
