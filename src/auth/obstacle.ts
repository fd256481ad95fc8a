import type { AppConfig } from '../config/app-config.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { User } from '../users/user.entity.js';

/** Why somebody may not sign in whatever they show. For the log: nobody outside learns which. */
export type Obstacle = 'disabled' | 'demo';

/** What stands in the way of this person, from there; null for nothing. A demo account is for the server's own machine. */
export function obstacleFor(
  user: Pick<User, 'disabledAt' | 'demo'>,
  origin: RequestOrigin,
  { production }: AppConfig,
): Obstacle | null {
  if (user.disabledAt !== null) return 'disabled';
  return user.demo && (production || !origin.atThisMachine) ? 'demo' : null;
}
