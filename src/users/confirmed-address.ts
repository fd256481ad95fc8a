import type { EntityManager } from 'typeorm';
import { IsNull } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { User } from './user.entity.js';

/**
 * The address of somebody that may be used outside: told to an application, sent a code to, put into a claim. The only
 * thing to ask for that. An address that an operator typed may be somebody else's by a slip of the hand: it gets mails
 * that its person asks for, a reset among them, and stands for them nowhere else.
 * @returns null where they have none, or nobody has opened a link there yet.
 */
export const confirmedAddress = ({
  email,
  emailConfirmedAt,
}: Pick<CurrentPerson, 'email' | 'emailConfirmedAt'>): string | null =>
  emailConfirmedAt === null ? null : email;

/** A link was opened that was mailed to this address, which may be somebody's. */
export interface OpenedAt {
  readonly userId: string;
  /** Null: no mail was opened, and nothing is confirmed. */
  readonly address: string | null;
  readonly at: Instant;
}

/**
 * Notes, inside a transaction, that an address is its person's, in one statement: an address that they do not have any
 * more is not touched. @returns whether it was unconfirmed until now.
 */
export async function confirmAddress(
  manager: EntityManager,
  { userId, address, at }: OpenedAt,
): Promise<boolean> {
  if (address === null) return false;
  const unconfirmed = { id: userId, email: address, emailConfirmedAt: IsNull() };
  return (await manager.update(User, unconfirmed, { emailConfirmedAt: at })).affected === 1;
}
