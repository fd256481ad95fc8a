import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChangeFactors } from '../auth/change-factors.js';
import type { Entrant } from '../auth/entrance.js';
import { randomId } from '../crypto/random.js';
import { instantOf } from '../database/instant-of.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { Entry } from '../sessions/entry.js';
import { suggestedName } from './authenticator-names.js';
import { Ceremonies, type Holder } from './ceremonies.js';
import { Passkey } from './passkey.entity.js';
import { MOST_PASSKEYS, Passkeys } from './passkeys.js';
import { enough, factorCalled, KNOWN_ALREADY, NOT_ADDED, NOT_NOW, TOOK_TOO_LONG } from './passkeys.words.js';
import { type Attestation, parseAttestation } from './responses.js';
import type { NewKey } from './webauthn.js';

export type AddPasskeyOutcome =
  /** `entry`: what their browser is to get: their sign-in goes on, as strong as what was shown. */
  | { readonly outcome: 'added'; readonly name: string; readonly entry: Entry }
  | { readonly outcome: 'refused'; readonly sentence: string };

/** Gives a signed-in person another passkey. */
@Injectable()
export class AddPasskey {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly ceremonies: Ceremonies,
    private readonly changes: ChangeFactors,
  ) {}

  /** What the browser is to be asked for; null where it can make none. The challenge is this session's. @throws Unavailable */
  async options(entrant: Entrant, person: CurrentPerson): Promise<object | null> {
    if (!this.ceremonies.possible) return null;
    const own = await this.passkeys.of(person.id);
    const here = own.filter(row => this.passkeys.isOfThisHost(row));
    return this.ceremonies.askForNew(holderOf(entrant, person), person, here);
  }

  /** @param text what the page's script sent: `RegistrationResponseJSON`, or anything else. @throws Unavailable */
  async add(entrant: Entrant, person: CurrentPerson, text: string): Promise<AddPasskeyOutcome> {
    const response = parseAttestation(text);
    if (response === null) return refused(NOT_ADDED);
    const verified = await this.ceremonies.verifyNew(response, holderOf(entrant, person));
    if (verified.outcome === 'no')
      return refused(verified.reason === 'challenge' ? TOOK_TOO_LONG : NOT_ADDED);
    const others = (await this.passkeys.of(person.id)).map(({ name }) => name);
    const name = suggestedName(verified.value.aaguid, entrant.origin.userAgent, others);
    const row = this.rowOf(person, name, { response, key: verified.value });
    return this.keep(entrant, { person, row, response });
  }

  private async keep(entrant: Entrant, { person, row, response }: Kept): Promise<AddPasskeyOutcome> {
    let why = NOT_NOW;
    const change = async (manager: EntityManager): Promise<boolean> => {
      const obstacle = await this.obstacleTo(manager, row, response);
      if (obstacle !== null) why = obstacle;
      return obstacle === null;
    };
    const factor = factorCalled(row.name);
    const amr = [row.synced ? 'swk' : 'hwk', 'user', 'mfa'] as const;
    const done = await this.changes.add(entrant, { person, factor, method: 'passkey', amr, change });
    return done.outcome === 'added' ? { outcome: 'added', name: row.name, entry: done.entry } : refused(why);
  }

  /** Adds the row, with its person locked. @returns why it was not; null where it was. */
  private async obstacleTo(
    manager: EntityManager,
    row: NewPasskey,
    response: Attestation,
  ): Promise<string | null> {
    if (!(await this.ceremonies.useUp(response, manager))) return KNOWN_ALREADY;
    if ((await manager.countBy(Passkey, { userId: row.userId })) >= MOST_PASSKEYS)
      return enough(MOST_PASSKEYS);
    // Also where somebody else has it: then one of the two is no honest authenticator (WebAuthn 7.1, step 26).
    if (await manager.existsBy(Passkey, { credentialId: row.credentialId })) return KNOWN_ALREADY;
    await manager.insert(Passkey, { ...row, addedAt: instantOf(manager) });
    return null;
  }

  private rowOf(person: CurrentPerson, name: string, { response, key }: Made): NewPasskey {
    return {
      id: randomId(),
      userId: person.id,
      rpId: this.passkeys.host ?? '',
      transports: response.response.transports.join(' '),
      name,
      lastUsedAt: null,
      suspendedAt: null,
      ...key,
    };
  }
}

/** A passkey as it is to be kept: when it was added, its transaction says. */
type NewPasskey = Omit<Passkey, 'addedAt'>;

/** What is to be kept, and the answer that it is from. */
interface Kept {
  readonly person: CurrentPerson;
  readonly row: NewPasskey;
  readonly response: Attestation;
}

/** What an authenticator made. */
interface Made {
  readonly response: Attestation;
  readonly key: NewKey;
}

/** Who may answer: this person, in the sign-in that asked. */
const holderOf = ({ session }: Entrant, person: CurrentPerson): Holder =>
  `adding to ${person.id} in ${session?.publicId ?? ''}`;

const refused = (sentence: string): AddPasskeyOutcome => ({ outcome: 'refused', sentence });
