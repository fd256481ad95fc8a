import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CspReportController } from './csp-report.controller.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

/** What operators and their machines ask the server. */
@Module({
  imports: [DatabaseModule],
  controllers: [CspReportController, HealthController],
  providers: [Readiness],
})
export class OpsModule {}
