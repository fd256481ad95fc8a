import type { QueryRunner } from 'typeorm';

/**
 * Makes, on PostgreSQL, the two functions through which alone a server's role that owns nothing can change security
 * events: they run as the owner of the tables (SECURITY DEFINER), look for tables in that schema alone, and are nobody's
 * to call until they are granted. They are part of a migration, and never edited.
 */
export async function makeAuditFunctions(runner: QueryRunner): Promise<void> {
  if (runner.connection.options.type !== 'postgres') return;
  const path = await schemaOf(runner);
  const [sweep, pseudonymise] = [`${path}.${SWEEP}`, `${path}.${PSEUDONYMISE}`];
  await runner.query(`CREATE FUNCTION ${sweep} ${madeIn(path, sweepBody(CHOSEN_AGAIN))}`);
  await runner.query(`CREATE FUNCTION ${pseudonymise} ${madeIn(path, PSEUDONYMISE_BODY)}`);
  for (const made of [sweep, pseudonymise])
    await runner.query(`REVOKE ALL ON FUNCTION ${typesOf(made)} FROM PUBLIC`);
}

/**
 * Puts another body into the function that sweeps, whose owner and grants stay.
 * @param once whether the rows without a stream are chosen once. Otherwise as {@link makeAuditFunctions} has them, which may be
 *   more than were asked for: PostgreSQL may run a sub-select that skips locked rows again for each row of the table.
 */
export async function replaceSweep(runner: QueryRunner, { once }: { readonly once: boolean }): Promise<void> {
  if (runner.connection.options.type !== 'postgres') return;
  const path = await schemaOf(runner);
  const body = sweepBody(once ? CHOSEN_ONCE : CHOSEN_AGAIN);
  await runner.query(`CREATE OR REPLACE FUNCTION ${path}.${SWEEP} ${madeIn(path, body)}`);
}

/** Takes them away again. */
export async function dropAuditFunctions(runner: QueryRunner): Promise<void> {
  if (runner.connection.options.type !== 'postgres') return;
  for (const made of [SWEEP, PSEUDONYMISE]) await runner.query(`DROP FUNCTION ${typesOf(made)}`);
}

async function schemaOf(runner: QueryRunner): Promise<string> {
  const rows: readonly { readonly path: string }[] = await runner.query(
    'SELECT quote_ident(current_schema()) AS path',
  );
  return rows[0]?.path ?? 'public';
}

const madeIn = (path: string, body: string): string =>
  `RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${path}, pg_temp AS $$${body}$$`;

const SWEEP = 'audit_sweep(until bigint, most integer, front json)';
const PSEUDONYMISE = 'audit_pseudonymise(person text, places json)';

/** `name(a bigint, b json)` as `name(bigint, json)`. */
const typesOf = (signature: string): string => signature.replaceAll(/(\(|, )\w+ /g, '$1');

const UNCHAINED =
  'SELECT id FROM audit_events WHERE stream IS NULL AND occurred_at <= oldest LIMIT most FOR UPDATE SKIP LOCKED';
const CHOSEN_AGAIN = `IN (\n        ${UNCHAINED})`;
const CHOSEN_ONCE = `= ANY (ARRAY(\n        ${UNCHAINED}))`;

/**
 * Deletes the front of a stream and writes down where it begins now; without a `front`, rows outside the chain. Who could
 * not delete rows otherwise deletes none that is younger than 364 days by the clock of PostgreSQL: a day less than they are
 * kept, for clocks that differ.
 */
const sweepBody = (chosen: string): string => `
  DECLARE
    present CONSTANT bigint := extract(epoch FROM clock_timestamp()) * 1000;
    kept CONSTANT bigint := present - 364 * 86400000::bigint;
    owns CONSTANT boolean := pg_has_role(session_user, current_user, 'USAGE');
    oldest CONSTANT bigint := CASE WHEN owns THEN until ELSE least(until, kept) END;
    gone bigint;
  BEGIN
    IF front IS NULL THEN
      DELETE FROM audit_events WHERE id ${chosen};
      GET DIAGNOSTICS gone = ROW_COUNT;
      RETURN gone;
    END IF;
    IF NOT owns AND EXISTS (
      SELECT FROM audit_events WHERE stream = front->>'stream' AND seq >= (front->>'from')::bigint
      AND seq < (front->>'begins')::bigint AND occurred_at > kept AND occurred_at <= present + 86400000) THEN
      RAISE EXCEPTION 'Security events are kept for a year.';
    END IF;
    DELETE FROM audit_events WHERE stream = front->>'stream' AND seq >= (front->>'from')::bigint
      AND seq < (front->>'begins')::bigint;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF (front->>'over')::boolean THEN
      DELETE FROM audit_streams WHERE stream = front->>'stream' AND oldest_at <= oldest;
    ELSE
      UPDATE audit_streams SET begins = (front->>'begins')::bigint, oldest_at = (front->>'oldest_at')::bigint,
        mac_before = front->>'mac_before', mac = front->>'mac'
      WHERE stream = front->>'stream';
    END IF;
    RETURN gone;
  END`;

/** Takes a person out of events of theirs, where it was promised. */
const PSEUDONYMISE_BODY = `
  DECLARE
    done bigint;
  BEGIN
    UPDATE audit_events SET user_id = promise.pseudonym, session = NULL, ip = '', user_agent = '', request_id = '',
      salt = NULL, erased = place.erased
    FROM erasures promise, json_to_recordset(places) AS place(id text, erased text)
    WHERE promise.user_id = person AND audit_events.id = place.id
      AND audit_events.user_id IN (person, promise.pseudonym);
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
  END`;
