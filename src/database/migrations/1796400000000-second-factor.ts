import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const text = (name: string) => ({ name, type: 'text' });
const instant = (name: string) => ({ name, type: 'bigint' });
const orNull = <C extends object>(column: C) => ({ ...column, isNullable: true });

/** What is a person's goes with them, whoever deletes them: also a node of the build before. */
const THEIRS = {
  columnNames: ['user_id'],
  referencedTableName: 'users',
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE',
};

/** Authenticators, recovery codes, sign-ins that wait for their second step, and who has a factor at all. */
export class SecondFactor1796400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN second_factor_at bigint');
    await runner.createTable(authenticators());
    await runner.createTable(recoveryCodes());
    await runner.createTable(signInSteps());
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['sign_in_steps', 'recovery_codes', 'authenticators']) await runner.dropTable(table);
    await runner.query('ALTER TABLE users DROP COLUMN second_factor_at');
  }
}

const authenticators = () =>
  new Table({
    name: 'authenticators',
    columns: [
      { ...text('user_id'), isPrimary: true },
      orNull(text('sealed')),
      instant('added_at'),
      instant('last_used_period'),
      orNull(instant('last_used_at')),
      orNull(instant('suspended_at')),
    ],
    foreignKeys: [THEIRS],
  });

const recoveryCodes = () =>
  new Table({
    name: 'recovery_codes',
    columns: [
      { ...text('mac'), isPrimary: true },
      orNull(text('key_id')),
      text('user_id'),
      text('set_id'),
      instant('made_at'),
      orNull(instant('used_at')),
    ],
    indices: [new TableIndex({ name: 'recovery_codes_by_user', columnNames: ['user_id'] })],
    foreignKeys: [THEIRS],
  });

const signInSteps = () =>
  new Table({
    name: 'sign_in_steps',
    columns: [
      { ...text('digest'), isPrimary: true },
      text('purpose'),
      text('user_id'),
      text('password_digest'),
      orNull(text('return_to')),
      { name: 'remembered', type: 'boolean' },
      orNull(text('unsaved')),
      { name: 'tries', type: 'integer' },
      instant('began_at'),
      instant('expires_at'),
      orNull(instant('used_at')),
    ],
    indices: [
      new TableIndex({ name: 'sign_in_steps_by_user', columnNames: ['user_id'] }),
      new TableIndex({ name: 'sign_in_steps_by_end', columnNames: ['expires_at'] }),
    ],
    foreignKeys: [THEIRS],
  });
