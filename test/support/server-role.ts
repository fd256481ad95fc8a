import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { schema } from '../../src/schema.js';
import { atPostgres, OwnStores, postgresAt } from './stores.js';

const read = (path: string) => readFileSync(join(PROJECT_ROOT, path), 'utf8');
const rights = (text: string): string[] =>
  text.match(/^(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) .*;$/gm) ?? [];

/** The statements of docs/operations.md that give a server's role what it needs, and those of deploy/. */
export const DOCUMENTED_RIGHTS = rights(read('docs/operations.md'));
export const DEPLOYED_RIGHTS = rights(read('deploy/grant-rights.sql'));

/** A PostgreSQL database whose tables belong to somebody else than the role that a server has there. */
export class ServerRole {
  private constructor(
    readonly stores: OwnStores,
    readonly name: string,
    /** As which the server connects. */
    readonly url: string,
    /** As which the owner of the tables does. */
    readonly ownersUrl: string,
  ) {}

  /** With the rights that are documented, or with others. */
  static async make(statements: readonly string[] = DOCUMENTED_RIGHTS): Promise<ServerRole> {
    const stores = await OwnStores.make('postgres');
    const ownersUrl = stores.environment['DATABASE_URL'] ?? '';
    const owner = new DataSource(dataSourceOptions(postgresAt(ownersUrl), schema));
    await prepareDatabase(owner);
    await owner.destroy();
    const name = new URL(ownersUrl).pathname.slice(1);
    const given = statements.join(' ').replaceAll(/\bgatehouse\b/g, name);
    await atPostgres(`CREATE ROLE ${name} LOGIN; ${given}`, ownersUrl);
    const url = new URL(ownersUrl);
    url.username = name;
    return new ServerRole(stores, name, url.href, ownersUrl);
  }

  async remove(): Promise<void> {
    await this.stores.remove();
    await atPostgres(`DROP ROLE ${this.name}`);
  }
}
