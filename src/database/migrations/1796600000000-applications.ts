import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const number = (name: string, type: 'int' | 'bigint', nullable = false) => ({
  name,
  type,
  isNullable: nullable,
});
const flag = (name: string) => ({ name, type: 'boolean' });

/** Applications behind the gate, where people reach them, and which version of all of them is in force. */
export class Applications1796600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const words = ['label', 'kind', 'admits', 'groups', 'told', 'told_groups', 'open_paths'];
    await runner.createTable(
      new Table({
        name: 'applications',
        columns: [
          { ...text('name'), isPrimary: true },
          ...[...words, 'preflight', 'activity'].map(text),
          number('strength', 'int'),
          ...['recent', 'longest'].map(name => number(name, 'bigint', true)),
          ...['tokens', 'own_session'].map(flag),
          ...['created_at', 'changed_at'].map(name => number(name, 'bigint')),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'application_origins',
        columns: [{ ...text('origin'), isPrimary: true }, text('application_name'), number('place', 'int')],
        foreignKeys: [
          {
            columnNames: ['application_name'],
            referencedTableName: 'applications',
            referencedColumnNames: ['name'],
            onDelete: 'CASCADE',
          },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'application_catalogue',
        columns: [{ ...number('id', 'int'), isPrimary: true }, text('version')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['application_catalogue', 'application_origins', 'applications'])
      await runner.dropTable(table);
  }
}
