import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { explainDatabase } from '../database/explain-database.js';
import { UnfitDatabase } from '../database/unfit-database.js';

/**
 * Looks, on PostgreSQL, what the server's role may do with security events. A role that could change them itself is told
 * of in the log at the start of a server: whoever takes the server over could then, too, and the chain alone would show it.
 */
@Injectable()
export class AuditRights implements OnApplicationBootstrap {
  private readonly logger = new Logger('Gatehouse');

  constructor(private readonly dataSource: DataSource) {}

  /** @throws ConfigError where the role may not even do what it needs to. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.dataSource.options.type !== 'postgres') return;
    const [found] = await this.dataSource.query<readonly Rights[]>(RIGHTS);
    if (found === undefined) return;
    const { role, changes, suffices } = found;
    if (!suffices) throw explainDatabase(new UnfitDatabase(lacking(role), ADVICE), this.dataSource.options);
    if (changes) this.logger.log(`The database's role "${role}" ${CHANGES}`);
  }
}

interface Rights {
  readonly role: string;
  /** Whether it may change events itself. An owner may, or gives itself the right. */
  readonly changes: boolean;
  readonly suffices: boolean;
}

const CHANGES =
  'may change and delete security events. One that owns no table could only add them: see "A role that may create ' +
  'nothing" in docs/operations.md.';

const ADVICE =
  'Let the owner of the tables run the statements of "A role that may create nothing" in docs/operations.md.';

const lacking = (role: string): string =>
  `the role "${role}" lacks EXECUTE on audit_sweep and audit_pseudonymise, or UPDATE (live_until) on "audit_streams"`;

const RIGHTS = `
  SELECT current_user AS role,
    pg_has_role(current_user, relowner, 'USAGE')
      OR has_table_privilege(pg_class.oid, 'UPDATE, DELETE, TRUNCATE') AS changes,
    has_column_privilege(to_regclass('audit_streams')::oid, 'live_until', 'UPDATE')
      AND coalesce(has_function_privilege(to_regprocedure('audit_sweep(bigint, integer, json)')::oid, 'EXECUTE'), false)
      AND coalesce(has_function_privilege(to_regprocedure('audit_pseudonymise(text, json)')::oid, 'EXECUTE'), false)
      AS suffices
  FROM pg_class WHERE pg_class.oid = to_regclass('audit_events')`;
