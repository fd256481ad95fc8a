import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { isStoreFailure } from '../database/store-failure.js';
import { BackInForce } from './back-in-force.js';
import { Passkeys } from './passkeys.js';
import { RelyingParty } from './relying-party.js';

/**
 * Says at the start what the host of `PUBLIC_URL` means for passkeys: those that were made for another one open nothing,
 * and nobody would notice before they try. Those that open something again are asked for.
 */
@Injectable()
export class MovedHost implements OnApplicationBootstrap {
  private readonly logger = new Logger('Passkeys');

  constructor(
    private readonly passkeys: Passkeys,
    private readonly party: RelyingParty,
    private readonly back: BackInForce,
  ) {}

  /** Nothing of it keeps the server from starting. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.party.id === null) this.logger.warn(NO_HOST);
    try {
      await this.back.settle();
      const elsewhere = await this.passkeys.madeElsewhere();
      if (elsewhere.size > 0) this.logger.warn(sentenceOf(elsewhere, this.party.id));
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
    }
  }
}

const NO_HOST =
  'The host of PUBLIC_URL is an address of a network: browsers make no passkeys for it, so none are offered.';

function sentenceOf(elsewhere: ReadonlyMap<string, number>, here: string | null): string {
  const keys = [...elsewhere.values()].reduce((sum, count) => sum + count, 0);
  return (
    `${count(keys, 'passkey')} of ${count(elsewhere.size, 'person', 'people')} ` +
    `${keys === 1 ? 'was' : 'were'} made for another host than ${here ?? 'this one'} and ${keys === 1 ? 'opens' : 'open'} nothing: ` +
    'the host of PUBLIC_URL was another one. "gatehouse passkeys moved" lists the people; with --mail it writes to them.'
  );
}

const count = (of: number, one: string, several = `${one}s`): string => `${of} ${of === 1 ? one : several}`;
