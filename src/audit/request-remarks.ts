import { Injectable } from '@nestjs/common';
import type { Remarked, Remarks } from '../http/remarks.js';
import { AuditLog } from './audit-log.js';

/** Records what the folders below remark of requests: refusals that nobody but the security log learns of. */
@Injectable()
export class RequestRemarks {
  constructor(private readonly audit: AuditLog) {}

  listenTo(remarks: Remarks): void {
    remarks.keptBy(({ event, principal, origin, ...facts }: Remarked) => {
      const userId = principal?.person.id ?? null;
      const session = principal?.session.logName ?? null;
      this.audit.record({ event, outcome: 'refused', userId, session, facts }, origin);
    });
  }
}
