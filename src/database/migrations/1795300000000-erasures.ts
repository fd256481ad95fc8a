import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const instant = (name: string) => ({ name, type: 'bigint' });

/** Events by person and time, each at a place of its own: so a page of them can begin at any. */
const BY_USER = new TableIndex({
  name: 'audit_events_by_user_and_time',
  columnNames: ['user_id', 'occurred_at', 'id'],
});
const BY_USER_BEFORE = new TableIndex({
  name: 'audit_events_by_user',
  columnNames: ['user_id', 'occurred_at'],
});
const BY_ADDRESS = new TableIndex({ name: 'one_time_tokens_by_address', columnNames: ['address'] });
const BY_ROLE = new TableIndex({ name: 'users_by_role', columnNames: ['role'] });

/**
 * Promises to take somebody out of their events, and indexes with which what a request reads and writes does not
 * grow with what strangers have caused.
 */
export class Erasures1795300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'erasures',
        columns: [
          { ...text('user_id'), isPrimary: true },
          text('pseudonym'),
          instant('promised_at'),
          instant('due_at'),
        ],
        indices: [new TableIndex({ name: 'erasures_by_due', columnNames: ['due_at'] })],
      }),
    );
    await runner.createIndex('audit_events', BY_USER);
    await runner.dropIndex('audit_events', BY_USER_BEFORE);
    await runner.createIndex('one_time_tokens', BY_ADDRESS);
    await runner.createIndex('users', BY_ROLE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('users', BY_ROLE);
    await runner.dropIndex('one_time_tokens', BY_ADDRESS);
    await runner.createIndex('audit_events', BY_USER_BEFORE);
    await runner.dropIndex('audit_events', BY_USER);
    await runner.dropTable('erasures');
  }
}
