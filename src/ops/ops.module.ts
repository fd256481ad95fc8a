import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { RedisModule } from '../redis/redis.module.js';
import { CspReportController } from './csp-report.controller.js';
import { DatabaseProbe } from './database-probe.js';
import { DevMailController } from './dev-mail.controller.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

/** What operators and their machines ask the server. */
@Module({
  imports: [DatabaseModule, RedisModule],
  controllers: [CspReportController, DevMailController, HealthController],
  providers: [DatabaseProbe, Readiness],
})
export class OpsModule {}
