import type { DataSource } from 'typeorm';
import { isOnlyAdded } from './only-added.js';
import { ourTables } from './our-tables.js';
import { UnfitDatabase } from './unfit-database.js';

/** What a PostgreSQL database says of itself and of this connection to it. */
interface Facts {
  readonly encoding: string;
  readonly spoken: string;
  readonly schema: string | null;
  readonly path: string;
  readonly role: string;
  readonly standby: boolean;
  readonly readOnly: boolean;
}

const FACTS = `
  SELECT current_setting('server_encoding') AS encoding, current_setting('client_encoding') AS spoken,
    current_schema() AS schema, current_setting('search_path') AS path, current_user AS role,
    pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly"`;

/**
 * Looks whether an open PostgreSQL database can hold every name that people have, has a schema for our tables and,
 * where the program is going to write, may be written. @throws UnfitDatabase
 */
export async function requireFit(
  database: DataSource,
  { writes = false }: { readonly writes?: boolean } = {},
): Promise<void> {
  const [facts] = await database.query<readonly Facts[]>(FACTS);
  if (facts === undefined) throw new Error('PostgreSQL says nothing of itself.');
  const unfit = unfitIn(facts) ?? (writes ? readOnlyIn(facts) : null);
  if (unfit !== null) throw unfit;
}

function unfitIn({ encoding, spoken, schema, path, role }: Facts): UnfitDatabase | null {
  if (encoding !== 'UTF8')
    return new UnfitDatabase(
      `its encoding is ${encoding}, which cannot hold everybody's name`,
      "Make another one, with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name that.",
    );
  if (spoken !== 'UTF8')
    return new UnfitDatabase(
      `client_encoding is ${spoken} here, and Gatehouse speaks UTF8`,
      'Take that setting out of the pooler between, or out of the options of the URL.',
    );
  if (schema !== null) return null;
  return new UnfitDatabase(
    `its search_path (${path}) names no schema that is there and that the role "${role}" may use`,
    'Create the schema, run GRANT USAGE ON SCHEMA … TO this role, or set search_path for it or for the database.',
  );
}

function readOnlyIn({ standby, readOnly }: Facts): UnfitDatabase | null {
  if (standby)
    return new UnfitDatabase(
      'it is a hot standby, which can only be read',
      'Name the primary server. (After a failover, promote this one first.)',
    );
  if (!readOnly) return null;
  return new UnfitDatabase(
    'it is read-only (default_transaction_read_only)',
    'Name the primary server, or set default_transaction_read_only to off for the database and this role.',
  );
}

/** Looks whether the role may do with our tables what the program does. @throws UnfitDatabase */
export async function requireRights(database: DataSource): Promise<void> {
  const onlyAdded = database.entityMetadatas.filter(isOnlyAdded).map(({ tableName }) => tableName);
  const tables = [...ourTables(database).keys()];
  const lacking = await database.query<readonly Lacking[]>(LACKING, [tables, onlyAdded]);
  const [first] = lacking;
  if (first === undefined) return;
  const words = lacking.map(({ name, rights }) => `${rights.join(', ')} on "${name}"`);
  throw new UnfitDatabase(
    `the role "${first.role}" lacks ${words.join('; ')}`,
    `Let the owner of the tables run GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${first.schema}" TO "${first.role}", ` +
      'and what follows it in docs/operations.md.',
  );
}

interface Lacking {
  readonly name: string;
  readonly rights: readonly string[];
  readonly role: string;
  readonly schema: string;
}

const LACKING = `
  SELECT relname AS name, array_agg(wanted ORDER BY place) AS rights, current_user AS role, current_schema() AS schema
  FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS each (wanted, place)
  WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND relname = ANY($1) AND NOT has_table_privilege(pg_class.oid, wanted)
    AND (place <= 2 OR relname <> ALL($2))
  GROUP BY relname ORDER BY relname`;
