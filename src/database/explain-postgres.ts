import { codeOf } from '../kernel/error-words.js';
import { tlsFailure, type TlsFailure } from '../kernel/tls-failure.js';
import { adviceOnTakenName } from './taken-name.js';

/** What to do about an error of PostgreSQL or of the way there. Its words may be in any language, its codes are not. */
export function adviceOnPostgres(error: unknown, said: string): string {
  const code = codeOf(error);
  const failed = tlsFailure(error);
  if (failed !== null) return TLS[failed];
  if (code === '28000') return adviceOnAdmission(said);
  if (code === '42501') return /schema|database/i.test(said) ? MAY_CREATE : MAY_USE_TABLES;
  // A table or an index by that name is there.
  if (code === '42P07') return adviceOnTakenName(said);
  const known = ADVICE[code];
  if (known !== undefined) return known;
  if (/ENOENT|EACCES|EISDIR/.test(code) && /open|read/.test(said)) return FILE;
  if (/DECODER routines|no start line|key values mismatch/.test(said)) return TLS['unusable file'];
  if (/does not support SSL/.test(said))
    return 'Switch its encryption on (ssl = on), or on this machine leave sslmode out.';
  if (/unsupported startup parameter/.test(said))
    return 'Tell the pooler to leave it out: see ignore_startup_parameters in docs/operations.md.';
  if (/password/.test(said)) return NAME_AND_PASSWORD;
  if (/certificate|self-signed|SSL|TLS/i.test(said)) return TLS['unknown authority'];
  return 'See that it runs and can be reached from here, then start again.';
}

/** Whether a code of PostgreSQL speaks of what an operator set up, and not of our statement. */
export const isOperators = (code: string): boolean =>
  ['28000', '42501', '42P07'].includes(code) || ADVICE[code] !== undefined;

const NAME_AND_PASSWORD = 'Check the name and the password.';
const FILE = 'Name a file that is there and may be read: paths count from the project’s root.';
const MAY_CREATE =
  'The first start of a version needs a role that may create tables; see docs/operations.md.';
const MAY_USE_TABLES =
  'Let the owner of the tables run GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA … TO this role; see ' +
  'docs/operations.md.';
const NOT_OURS =
  'The tables are not those of this version of Gatehouse: name a database of its own, or restore a backup.';
const ENCODING = "Make a database with ENCODING 'UTF8' TEMPLATE template0, and name that.";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': NAME_AND_PASSWORD,
  '3D000': 'Create it, or name another one.',
  '3F000': 'Create the schema, or mend search_path.',
  '42P01': NOT_OURS,
  '42703': NOT_OURS,
  '42804': NOT_OURS,
  '22021': ENCODING,
  '22P05': ENCODING,
  '25006': 'It is read-only: name the primary server, or lift default_transaction_read_only.',
  '53100': 'Its disk is full: free some space.',
  '53300': 'Lower DATABASE_POOL, or raise max_connections.',
};

/** Invalid authorization is one code for many reasons. */
function adviceOnAdmission(said: string): string {
  if (/certificate/.test(said)) return TLS['client certificate'];
  if (/no encryption|SSL off/.test(said))
    return 'It takes encrypted connections alone from here: end the URL with ?sslmode=verify-full, or mend pg_hba.conf.';
  if (/pg_hba/.test(said)) return 'Let its pg_hba.conf admit this name from this machine.';
  return NAME_AND_PASSWORD;
}

const TLS: Readonly<Record<TlsFailure, string>> = {
  'another host':
    'Its certificate is for another host: name a host that stands in it, or give it a certificate for this one.',
  'unknown authority': 'Name its certificate authority with sslrootcert=FILE, or mend its certificate.',
  'out of date': 'Renew its certificate, or put the clock of this machine right.',
  'client certificate': 'It wants a certificate of its clients: name one with sslcert=FILE and sslkey=FILE.',
  'no TLS': 'What answers there speaks no TLS: check the host and the port.',
  'unusable file':
    'Name files in PEM with sslrootcert, sslcert and sslkey, and the key that belongs to the certificate.',
};
