import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });

/** What forms were answered a moment ago, for all processes; nothing in it outlives a few minutes. */
export class FormAnswers1796200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'form_answers',
        columns: [
          { ...text('page'), isPrimary: true },
          text('form'),
          text('fields'),
          { name: 'at', type: 'bigint' },
          { ...text('answer'), isNullable: true },
        ],
        indices: [new TableIndex({ name: 'form_answers_by_age', columnNames: ['at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('form_answers');
  }
}
