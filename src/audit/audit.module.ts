import { Module } from '@nestjs/common';
import { AuditLog } from './audit-log.js';

/** Gives the {@link AuditLog}. */
@Module({ providers: [AuditLog], exports: [AuditLog] })
export class AuditModule {}
