import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditLog } from './audit-log.js';
import { AuditTrail } from './audit-trail.js';

/** What happened: the {@link AuditLog} takes it down, the {@link AuditTrail} tells it. */
@Module({
  imports: [DatabaseModule, TypeOrmModule.forFeature([AuditEvent])],
  providers: [AuditLog, AuditTrail],
  exports: [AuditLog, AuditTrail],
})
export class AuditModule {}
