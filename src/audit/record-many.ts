import type { RequestOrigin } from '../kernel/request-origin.js';
import type { AuditLog } from './audit-log.js';
import type { SecurityEvent } from './security-event.js';

/** So many events at once, or a large group would fill the line of those that wait for the table. */
const AT_ONCE = 500;

/** Records events of which there may be any number. Never throws. */
export async function recordMany(
  audit: AuditLog,
  events: readonly SecurityEvent[],
  origin: RequestOrigin,
): Promise<void> {
  for (const [index, event] of events.entries()) {
    audit.record(event, origin);
    if (index % AT_ONCE === AT_ONCE - 1) await audit.caughtUp();
  }
}
