import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { DataKeys } from '../crypto/data-keys.js';
import { missingKeys } from '../database/needed-keys.js';

/**
 * Keeps a server from running without a data key that a row needs: it would find out when somebody wants to sign in. A
 * node with an old copy of the file, and one after a restore without it, say so at their start.
 */
@Injectable()
export class DataKeyCheck implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly keys: DataKeys,
  ) {}

  /** @throws ConfigError that names the keys which are missing, and what needs them. */
  async onModuleInit(): Promise<void> {
    await this.require(this.keys.ids);
  }

  /** Reads the keys again. @throws ConfigError where they cannot be used or one is missing; nothing has changed then. */
  async reload(): Promise<void> {
    const keys = this.config.readDataKeysAgain();
    await this.require(keys.map(({ id }) => id));
    this.keys.reload(keys);
  }

  private async require(ids: readonly string[]): Promise<void> {
    const missing = await missingKeys(this.dataSource, ids);
    if (missing === null) return;
    const { dataKeyFile, whereSet } = this.config;
    const named = whereSet('DATA_KEY_FILE') ?? whereSet('DATA_DIR') ?? 'the default';
    throw new ConfigError(
      `${missing} Put its line back into ${JSON.stringify(dataKeyFile)} (${named}), from the copy that was kept apart ` +
        'from the backups. Where it is lost for good: docs/operations.md, "A data key that is lost".',
    );
  }
}
