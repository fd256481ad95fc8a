import type { Entrant } from './entrance.js';

/**
 * What attempts of somebody who is signed in count against: this browser, or else this session. Whatever strangers do to the
 * account or from the same address, its owner can go on.
 */
export const ownBudgetOf = ({ knownDevice, session }: Entrant, userId: string): string =>
  knownDevice(userId) ?? `session ${session?.publicId ?? ''}`;
