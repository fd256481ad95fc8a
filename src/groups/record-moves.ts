import type { AuditLog } from '../audit/audit-log.js';
import type { RequestOrigin } from '../kernel/request-origin.js';

/** Somebody who came into a group, or left it. */
export interface Move {
  readonly userId: string;
  readonly group: string;
}

/** So many events at once, or a large group would fill the line of those that wait for the table. */
const AT_ONCE = 500;

/** Records an event for each who came or left. Never throws. */
export async function recordMoves(
  audit: AuditLog,
  event: 'group_joined' | 'group_left',
  moves: readonly Move[],
  origin: RequestOrigin,
): Promise<void> {
  for (const [index, { userId, group }] of moves.entries()) {
    audit.record({ event, outcome: 'success', userId, session: null, facts: { group } }, origin);
    if (index % AT_ONCE === AT_ONCE - 1) await audit.caughtUp();
  }
}
