import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditKeys } from './audit-keys.js';
import { AuditLog } from './audit-log.js';
import { AuditStream } from './audit-stream.entity.js';
import { AuditTrail } from './audit-trail.js';
import { Checkpoints } from './checkpoints.js';
import { EraseEvents } from './erase-events.js';
import { ErasureWorker } from './erasure-worker.js';
import { Erasure } from './erasure.entity.js';
import { Erasures } from './erasures.js';
import { EventSweep } from './event-sweep.js';
import { RequestRemarks } from './request-remarks.js';
import { StreamWriter } from './stream-writer.js';

/**
 * What happened: the {@link AuditLog} takes it down, the {@link AuditTrail} tells it, {@link Erasures} take people out
 * of it who are gone. The {@link StreamWriter} chains it, so that nobody else can change it unseen.
 */
@Module({
  imports: [CryptoModule, DatabaseModule, TypeOrmModule.forFeature([AuditEvent, AuditStream, Erasure])],
  providers: [
    AuditKeys,
    AuditLog,
    AuditTrail,
    Checkpoints,
    EraseEvents,
    ErasureWorker,
    Erasures,
    EventSweep,
    RequestRemarks,
    StreamWriter,
  ],
  exports: [AuditLog, AuditTrail, Erasures, ErasureWorker, RequestRemarks],
})
export class AuditModule {}
