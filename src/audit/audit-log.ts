import { Injectable, Logger } from '@nestjs/common';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { SecurityEvent } from './security-event.js';

/**
 * The security log. One line an event, with who, what, outcome, where from and the request's name
 * (ASVS 16.2.1). Values stand in JSON, so nothing a visitor sends can start a line of its own (ASVS 16.4.1).
 */
@Injectable()
export class AuditLog {
  private readonly logger = new Logger('Security');

  /** Records an event. Never throws: a log that fails must neither open a door nor close one. */
  record(event: SecurityEvent, origin: RequestOrigin): void {
    const { facts, ...rest } = event;
    this.logger.log({
      ...rest,
      ip: origin.ip,
      userAgent: origin.userAgent,
      requestId: origin.requestId,
      ...facts,
    });
  }
}
