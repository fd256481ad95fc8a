import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { SessionRow } from '../../src/sessions/session.entity.js';
import type { Session } from '../../src/sessions/session-store.js';
import { sessionIn } from '../../src/sessions/session-text.js';
import { Attempts } from '../../src/throttle/attempts.entity.js';
import type { OwnStores } from './stores.js';

/** What stands in the stores, past the program: for tests that look behind it, or clear away. */
export class Stored {
  constructor(
    private readonly stores: OwnStores,
    private readonly dataSource: DataSource,
  ) {}

  /** All that the stores hold, as it lies there. */
  async everything(dataDir: string): Promise<Buffer> {
    const files = readdirSync(dataDir).filter(name => name.includes('sqlite'));
    const parts = files.map(name => readFileSync(join(dataDir, name)));
    if (this.stores.kind.includes('postgres')) parts.push(Buffer.from(await this.rowsOfPostgres()));
    if (this.inRedis) parts.push(Buffer.from(await this.stores.dump()));
    return Buffer.concat(parts);
  }

  private async rowsOfPostgres(): Promise<string> {
    const tables = this.dataSource.entityMetadatas.map(({ tableName }) => tableName);
    const rows = await Promise.all(
      tables.map(table => this.stores.sql<{ line: string }>(`SELECT row::text AS line FROM ${table} row`)),
    );
    return rows.flatMap(some => some.map(({ line }) => line)).join('\n');
  }

  /** Every session, live or not, and the text it is kept as. */
  async sessions(): Promise<(Session & { readonly stored: string })[]> {
    if (!this.inRedis) {
      const rows = await this.dataSource.manager.find(SessionRow);
      return rows.map(({ amr, ...row }) => ({
        ...row,
        amr: amr.split(' ') as ['pwd'],
        stored: JSON.stringify(row),
      }));
    }
    const names = (await this.stores.keys()).filter(key => key.startsWith('session:'));
    const texts = await Promise.all(names.map(key => this.stores.redis('GET', key)));
    return names.flatMap((key, index) => {
      const text = String(texts[index]);
      const session = sessionIn(key.slice('session:'.length), text);
      return session === null ? [] : { ...session, stored: `${key} ${text}` };
    });
  }

  /** Spoils what every session holds for the application, as a failing disk or an overeager operator would. */
  async damageSessions(): Promise<void> {
    const damaged = '{"csrf":';
    if (!this.inRedis) return void (await this.dataSource.query(`UPDATE sessions SET data = '${damaged}'`));
    for (const { idHash, stored } of await this.sessions()) {
      const text = stored.slice(stored.indexOf(' ') + 1, stored.indexOf('\n') + 1);
      await this.stores.redis('SET', `session:${idHash}`, text + damaged);
    }
  }

  /** Away with every session, as if none had been. */
  async clearSessions(): Promise<void> {
    if (this.inRedis) await this.clear(/^sessions?[:-]/);
    else await this.dataSource.manager.clear(SessionRow);
  }

  /** Which sessions people have, as far as that stands apart from the sessions: away with it, as by eviction. */
  async loseIndexes(): Promise<void> {
    if (this.inRedis) await this.clear(/^sessions-of:/);
  }

  /** How long until Redis forgets the last of the sessions, by its own clock; null where they are in the database. */
  async longestSessionInRedis(): Promise<number | null> {
    if (!this.inRedis) return null;
    const names = (await this.stores.keys()).filter(key => key.startsWith('session:'));
    const left = await Promise.all(names.map(async key => Number(await this.stores.redis('PTTL', key))));
    return Math.max(...left);
  }

  /** The texts of all budgets that have failures counted against them. */
  async attempts(): Promise<string[]> {
    if (!this.inRedis) return (await this.dataSource.manager.find(Attempts)).map(row => JSON.stringify(row));
    const keys = (await this.stores.keys()).filter(key => key.startsWith('{attempts}'));
    return Promise.all(keys.map(async key => `${key} ${String(await this.stores.redis('GET', key))}`));
  }

  /** Away with every failure that was counted. */
  async clearAttempts(): Promise<void> {
    if (this.inRedis) await this.clear(/^\{attempts\}/);
    else await this.dataSource.manager.clear(Attempts);
  }

  private async clear(names: RegExp): Promise<void> {
    for (const key of await this.stores.keys()) if (names.test(key)) await this.stores.redis('DEL', key);
  }

  private get inRedis(): boolean {
    return this.stores.kind.includes('redis');
  }
}
