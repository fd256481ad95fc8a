import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditLog } from './audit-log.js';
import { AuditTrail } from './audit-trail.js';
import { ErasureWorker } from './erasure-worker.js';
import { Erasure } from './erasure.entity.js';
import { Erasures } from './erasures.js';

/**
 * What happened: the {@link AuditLog} takes it down, the {@link AuditTrail} tells it, {@link Erasures} take people out
 * of it who are gone.
 */
@Module({
  imports: [DatabaseModule, TypeOrmModule.forFeature([AuditEvent, Erasure])],
  providers: [AuditLog, AuditTrail, Erasures, ErasureWorker],
  exports: [AuditLog, AuditTrail, Erasures, ErasureWorker],
})
export class AuditModule {}
