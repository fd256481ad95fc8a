import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const instant = (name: string) => ({ name, type: 'bigint' });

/** A member goes with the row that its column names, whoever deletes it: also a node of the build before. */
const goesWith = (column: string, table: string, key: string) => ({
  columnNames: [column],
  referencedTableName: table,
  referencedColumnNames: [key],
  onDelete: 'CASCADE',
});

/** Groups, and who is in them. The index has all that the look-up of a person reads. */
export class Groups1795900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({ name: 'groups', columns: [{ ...text('name'), isPrimary: true }, instant('created_at')] }),
    );
    await runner.createTable(
      new Table({
        name: 'group_members',
        columns: [
          { ...text('group_name'), isPrimary: true },
          { ...text('user_id'), isPrimary: true },
          instant('since'),
        ],
        indices: [new TableIndex({ name: 'group_members_by_user', columnNames: ['user_id', 'group_name'] })],
        foreignKeys: [goesWith('group_name', 'groups', 'name'), goesWith('user_id', 'users', 'id')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('group_members');
    await runner.dropTable('groups');
  }
}
