import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { BlocklistFile } from '../users/blocklist/blocklist-file.js';
import { falsePositiveRate } from '../users/blocklist/filter-format.js';

/** Looks at the operator's own list of passwords when the server starts, not when somebody wants to choose one. */
@Injectable()
export class BlocklistCheck implements OnModuleInit {
  private readonly logger = new Logger('Gatehouse');

  constructor(private readonly blocklist: BlocklistFile) {}

  /** @throws ConfigError where `PASSWORD_BLOCKLIST_FILE` cannot be used */
  async onModuleInit(): Promise<void> {
    const found = await this.blocklist.look();
    if (found?.kind === 'plain')
      this.logger.log(`PASSWORD_BLOCKLIST_FILE names ${found.entries} passwords that nobody may choose.`);
    if (found?.kind === 'filter')
      this.logger.log(
        `PASSWORD_BLOCKLIST_FILE is a filter of ${found.form.entries} breached passwords; it takes another one for ` +
          `one of them once in ${Math.round(1 / falsePositiveRate(found.form))} times.`,
      );
  }
}
