import type { SecurityEvent } from '../audit/security-event.js';

/** The event of somebody who came into a group, or left it. */
export const moved = (
  event: 'group_joined' | 'group_left',
  userId: string,
  group: string,
): SecurityEvent => ({ event, outcome: 'success', userId, session: null, facts: { group } });
