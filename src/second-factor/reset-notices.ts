import { Injectable } from '@nestjs/common';
import { type EntityManager, MoreThan } from 'typeorm';
import { z } from 'zod';
import { localOrigin } from '../audit/security-event.js';
import { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { utcInWords } from '../pages/time-in-words.js';
import { Clock } from '../kernel/clock.js';
import { Notices, type ResetNoticeName } from '../recovery/notices.js';
import type { User } from '../users/user.entity.js';
import type { FactorReset } from './factor-reset.entity.js';
import { ADDRESSES_OF } from './reset-delay.js';

/** The addresses of a row, as JSON. */
export const Addresses = z.array(z.string());

/** Whose reset. */
interface Told {
  readonly user: User;
  readonly reset: Pick<FactorReset, 'askedAt' | 'dueAt' | 'addresses'>;
}

/** Tells people of the reset of their factors, wherever they may read it. */
@Injectable()
export class ResetNotices {
  constructor(
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /**
   * The addresses that somebody had in the last days beside the present one: notices went there, with a link that says
   * "this was not me". Who took the account and its address over cannot keep its owner from learning of it.
   * @param known a reset that is put off: its addresses stay.
   */
  async addressesBefore(
    manager: EntityManager,
    { id, email }: User,
    known: Pick<FactorReset, 'addresses'> | null = null,
  ): Promise<readonly string[]> {
    const createdAt = MoreThan(this.clock.now() - ADDRESSES_OF);
    const sent = await manager.findBy(OneTimeToken, { subject: id, purpose: 'not-me', createdAt });
    const before = known === null ? [] : addressesIn(known);
    return [...new Set([...before, ...sent.map(({ address }) => address)])].filter(each => each !== email);
  }

  /** Promises the notice to each address, inside a transaction. */
  async tell(manager: EntityManager, name: ResetNoticeName, { user, reset }: Told): Promise<void> {
    const before = addressesIn(reset);
    const notice = { name, due: utcInWords(reset.dueAt) };
    // Links of notices go to confirmed addresses alone, so those of before were.
    const earlier = before.map(email => ({ ...user, email, emailConfirmedAt: reset.askedAt }));
    for (const to of [user, ...earlier])
      await this.notices.send(manager, notice, to, localOrigin('factor reset'));
  }
}

const addressesIn = ({ addresses }: Pick<FactorReset, 'addresses'>): readonly string[] =>
  Addresses.parse(JSON.parse(addresses));
