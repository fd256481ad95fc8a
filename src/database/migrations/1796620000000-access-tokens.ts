import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const instant = (name: string, nullable = false) => ({ name, type: 'bigint', isNullable: nullable });

/** Access tokens for programs. One goes with its person, whoever deletes that. */
export class AccessTokens1796620000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'access_tokens',
        columns: [
          { ...text('digest'), isPrimary: true },
          ...['id', 'user_id', 'application_name', 'name', 'methods', 'prefix'].map(text),
          { name: 'strength', type: 'int' },
          instant('made_at'),
          instant('expires_at'),
          instant('last_used_at', true),
        ],
        indices: [
          new TableIndex({ name: 'access_tokens_by_user', columnNames: ['user_id'] }),
          new TableIndex({ name: 'access_tokens_by_end', columnNames: ['expires_at'] }),
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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('access_tokens');
  }
}
