import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const INDEX = new TableIndex({ name: 'application_sessions_by_origin', columnNames: ['origin'] });

/** Sessions in an application are found by where they are: those that its change takes away end while others wait. */
export class SessionsByOrigin1796670000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('application_sessions', INDEX);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('application_sessions', INDEX.name ?? '');
  }
}
