import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Notices } from '../recovery/notices.js';
import { Authenticators, type ShownSecret } from '../second-factor/authenticators.js';
import type { ShownFactor } from '../second-factor/factor-kinds.js';
import { Factors } from '../second-factor/factors.js';
import { AN_AUTHENTICATOR } from '../second-factor/second-factor.words.js';
import { lockPerson } from '../users/lock-person.js';
import type { User } from '../users/user.entity.js';
import type { Entrant } from './entrance.js';

/** An authenticator that comes into force with the session that begins by it. */
@Injectable()
export class NewAuthenticator {
  constructor(
    private readonly authenticators: Authenticators,
    private readonly factors: Factors,
    private readonly notices: Notices,
  ) {}

  /** Whether one that is added now is this person's first, inside a transaction that keeps them locked from then on. */
  async isFirst(manager: EntityManager, { id }: User): Promise<boolean> {
    await lockPerson(manager, id);
    return (await this.factors.countOf(manager, id)).inForce === 0;
  }

  /** The factor that a right code of a new secret shows. To use it is to add it: to somebody who has none yet. */
  shownBy(user: User, secret: ShownSecret, { origin }: Entrant): ShownFactor {
    const use = async (manager: EntityManager) => {
      if ((await this.factors.countOf(manager, user.id)).inForce > 0) return false;
      if (!(await this.authenticators.set(manager, user.id, secret))) return false;
      await this.factors.settle(manager, user.id);
      await this.notices.send(manager, { name: 'factor-added', factor: AN_AUTHENTICATOR }, user, origin);
      return true;
    };
    return { amr: ['otp'], method: this.authenticators.name, use };
  }
}
