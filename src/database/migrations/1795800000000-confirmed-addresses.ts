import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/**
 * Of people: since when their address is known to be theirs. And the names that applications were told.
 *
 * No column says which addresses were confirmed. Until now one came by a mailed link that was opened, or was typed by an
 * operator: on the command line or at `/setup`, whose events have no `by`. So the addresses that are there count as
 * confirmed, as of when the account was made, unless such an event says otherwise and none says that a link was opened
 * at the address since. Events are kept for a year: of accounts that are older, nobody knows better.
 *
 * What a node of the version before writes from now on is unconfirmed. Of an account that is made there by a link it is
 * not true, and does no harm: a reset goes to it all the same, and its person can have a link sent to confirm it.
 */
export class ConfirmedAddresses1795800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN email_confirmed_at bigint');
    await runner.query('UPDATE users SET email_confirmed_at = created_at WHERE email IS NOT NULL');
    await runner.query(`UPDATE users SET email_confirmed_at = NULL WHERE id IN (${TYPED})`);
    await runner.createTable(
      new Table({
        name: 'used_names',
        columns: [
          { name: 'username_key', type: 'text', isPrimary: true },
          { name: 'since', type: 'bigint' },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('used_names');
    await runner.query('ALTER TABLE users DROP COLUMN email_confirmed_at');
  }
}

/** Whom an operator made, and who opened no link at their address since: one look through the events, however many. */
const TYPED = `
  SELECT user_id FROM audit_events
  WHERE event = 'user_created' AND facts NOT LIKE '%"by":"register"%' AND facts NOT LIKE '%"by":"invite"%'
  EXCEPT
  SELECT user_id FROM audit_events
  WHERE event IN ('user_email_changed', 'authn_not_me') AND outcome = 'success'`;
