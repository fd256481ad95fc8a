import { Module } from '@nestjs/common';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { RedisModule } from '../redis/redis.module.js';
import { AuditRights } from './audit-rights.js';
import { CspReportController } from './csp-report.controller.js';
import { DataKeyCheck } from './data-key-check.js';
import { DatabaseProbe } from './database-probe.js';
import { DevMailController } from './dev-mail.controller.js';
import { DevPartsController } from './dev-parts.controller.js';
import { HealthController } from './health.controller.js';
import { MailHealth } from './mail-health.js';
import { Readiness } from './readiness.js';

/** What operators and their machines ask the server. */
@Module({
  imports: [CryptoModule, DatabaseModule, MailModule, RedisModule],
  controllers: [CspReportController, DevMailController, DevPartsController, HealthController],
  providers: [AuditRights, DatabaseProbe, DataKeyCheck, MailHealth, Readiness],
})
export class OpsModule {}
