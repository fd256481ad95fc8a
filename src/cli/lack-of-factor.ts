import type { INestApplicationContext } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy.js';
import type { User } from '../users/user.entity.js';

/** What to say of somebody of whom `SECOND_FACTOR` asks a factor, and who has none. @returns null where that is not so. */
export function lackOfFactor(
  app: INestApplicationContext,
  { username, role, secondFactorAt }: Pick<User, 'username' | 'role' | 'secondFactorAt'>,
): string | null {
  if (secondFactorAt !== null || !app.get(SecondFactorPolicy).asksFactorOf({ role })) return null;
  return mustAddFirst(app, { secondFactorAt })
    ? `${username} has no second factor, which everybody needs (SECOND_FACTOR): they add one as they sign in, and nothing is open to them before.`
    : `${username} has no second factor, which administrators need (SECOND_FACTOR): until they add one, at ${app.get(AppConfig).publicUrl}/account/security, they can do what users can.`;
}

/** Whether somebody has to add a second factor before they are in at all. */
export const mustAddFirst = (app: INestApplicationContext, user: Pick<User, 'secondFactorAt'>): boolean =>
  app.get(SecondFactorPolicy).stepAfterPassword(user) === 'enrol';
