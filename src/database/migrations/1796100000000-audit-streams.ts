import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { dropAuditFunctions, makeAuditFunctions } from './audit-functions.js';

const text = (name: string, nullable = false) => ({ name, type: 'text', isNullable: nullable });
const instant = (name: string, nullable = false) => ({ name, type: 'bigint', isNullable: nullable });

/** Each row's place in its stream. Rows from before have none: they stand outside the chain. */
const IN_STREAM =
  'CREATE UNIQUE INDEX audit_events_in_stream ON audit_events (stream, seq) WHERE stream IS NOT NULL';

/** Rows that a node of the build before made nameless: it knows no seal. Hardly ever any, so it costs nothing. */
const UNSEALED = `
  CREATE INDEX audit_events_unsealed ON audit_events (user_id)
  WHERE user_id LIKE 'closed:%' AND stream IS NOT NULL AND erased IS NULL`;

/**
 * The chain of security events, and the streams it consists of. Plain statements where a column is added, because both
 * databases add one so without copying the table.
 */
export class AuditStreams1796100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.query(`ALTER TABLE audit_events ADD COLUMN ${column}`);
    await runner.query(IN_STREAM);
    await runner.query(UNSEALED);
    await runner.createTable(
      new Table({
        name: 'audit_streams',
        columns: [
          { ...text('stream'), isPrimary: true },
          instant('begun_at'),
          instant('live_until', true),
          instant('oldest_at'),
          { name: 'begins', type: 'bigint' },
          text('mac_before'),
          text('key_id'),
          text('mac'),
        ],
        indices: [
          new TableIndex({ name: 'audit_streams_by_age', columnNames: ['oldest_at'] }),
          new TableIndex({ name: 'audit_streams_by_life', columnNames: ['live_until'] }),
        ],
      }),
    );
    await makeAuditFunctions(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropAuditFunctions(runner);
    await runner.dropTable('audit_streams');
    await runner.query('DROP INDEX audit_events_unsealed');
    await runner.query('DROP INDEX audit_events_in_stream');
    for (const column of COLUMNS.toReversed())
      await runner.query(`ALTER TABLE audit_events DROP COLUMN ${column.split(' ')[0]}`);
  }
}

const COLUMNS = [
  'stream text',
  'seq bigint',
  'mac text',
  'salt text',
  'personal text',
  'erased text',
] as const;
