import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string, nullable = false) => ({ name, type: 'text', isNullable: nullable });
const instant = (name: string) => ({ name, type: 'bigint' });

/** Security events, and the counters of failed attempts. */
export class AuditAndAttempts1795100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'audit_events',
        columns: [
          { ...text('id'), isPrimary: true },
          instant('occurred_at'),
          text('event'),
          text('outcome'),
          text('user_id', true),
          text('session', true),
          text('ip'),
          text('user_agent'),
          text('request_id'),
          text('facts'),
        ],
        indices: [
          new TableIndex({ name: 'audit_events_by_user', columnNames: ['user_id', 'occurred_at'] }),
          new TableIndex({ name: 'audit_events_by_age', columnNames: ['occurred_at'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'attempts',
        columns: [
          { ...text('budget'), isPrimary: true },
          { name: 'failures', type: 'integer' },
          instant('last_at'),
          instant('forgotten_at'),
        ],
        indices: [new TableIndex({ name: 'attempts_by_age', columnNames: ['forgotten_at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('attempts');
    await runner.dropTable('audit_events');
  }
}
