import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { RedisModule } from '../redis/redis.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuditRights } from './audit-rights.js';
import { BlocklistCheck } from './blocklist-check.js';
import { CspReportController } from './csp-report.controller.js';
import { DataKeyCheck } from './data-key-check.js';
import { DatabaseProbe } from './database-probe.js';
import { DevMailController } from './dev-mail.controller.js';
import { DevPartsController } from './dev-parts.controller.js';
import { HealthController } from './health.controller.js';
import { MailHealth } from './mail-health.js';
import { Readiness } from './readiness.js';
import { WithoutFactor } from './without-factor.js';

/** What operators and their machines ask the server. */
@Module({
  imports: [ApplicationsModule, CryptoModule, DatabaseModule, MailModule, RedisModule, UsersModule],
  controllers: [CspReportController, DevMailController, DevPartsController, HealthController],
  providers: [AuditRights, BlocklistCheck, DatabaseProbe, DataKeyCheck, MailHealth, Readiness, WithoutFactor],
})
export class OpsModule {}
