import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { DataKeys } from '../crypto/data-keys.js';
import { keysToPutBack } from '../database/needed-keys.js';

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
    const missing = await keysToPutBack(this.dataSource, this.config, ids);
    if (missing !== null) throw new ConfigError(missing);
  }
}
