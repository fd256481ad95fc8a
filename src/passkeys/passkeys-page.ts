import { Injectable } from '@nestjs/common';
import { AfterAdding, type NextPage } from '../auth/after-adding.js';
import type { ViewModel } from '../http/view-model.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { Passkey } from './passkey.entity.js';
import { MOST_PASSKEYS, Passkeys } from './passkeys.js';
import { PAGE } from './passkeys.view.js';
import { enough } from './passkeys.words.js';
import { handleOf, RelyingParty } from './relying-party.js';

/** What a credential id looks like in an address. */
const SHAPE = /^[\w-]{1,1364}$/;

/** The pages of a person's passkeys, and what they tell the browser of them. */
@Injectable()
export class PasskeysPage {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly party: RelyingParty,
    private readonly added: AfterAdding,
  ) {}

  /** @param gone the credential id of one that was removed just now; anything at all. @throws Unavailable */
  async listOf(person: CurrentPerson, gone: unknown): Promise<ViewModel> {
    const rows = await this.passkeys.of(person.id);
    return {
      offered: this.party.id !== null,
      list: rows.map(row => this.passkeys.viewOf(row)),
      signals: this.party.id === null ? null : JSON.stringify(await this.signalsFor(person, rows, gone)),
    };
  }

  /**
   * What the page shows on which one is added: to whoever has as many as are kept that, before their device makes another.
   * @param back where they are led then; null: nowhere else @throws Unavailable
   */
  async newOne({ id, secondFactorAt }: CurrentPerson, back: string | null): Promise<ViewModel> {
    const full = (await this.passkeys.of(id)).length >= MOST_PASSKEYS;
    return {
      offered: this.party.id !== null,
      full: full ? enough(MOST_PASSKEYS) : null,
      isFirst: secondFactorAt === null,
      returnTo: back,
    };
  }

  /** Where somebody goes on who has just added one. @throws Unavailable */
  afterAdding({ id }: CurrentPerson, back: string | null): Promise<NextPage> {
    return this.added.next(id, back, PAGE);
  }

  /** One of somebody's, by its name on pages; null where they have none of that name. @throws Unavailable */
  one(person: CurrentPerson, id: string): Promise<Passkey | null> {
    return this.passkeys.one(person.id, id);
  }

  /** @param name what stands in the form, such as a name that was refused. */
  oneOf(passkey: Passkey, name = passkey.name): ViewModel {
    const shown = this.passkeys.viewOf(passkey);
    return {
      typed: name,
      readmitAt: `${shown.href}/readmit`,
      readmitOptionsAt: `${shown.href}/options`,
      ...shown,
    };
  }

  /**
   * What the browser may tell authenticators (WebAuthn Level 3, 5.1.10): which passkeys are accepted, what the person is
   * called, and which one is not known any more. An address can name any; what is still there is never called unknown.
   */
  private async signalsFor(person: CurrentPerson, rows: readonly Passkey[], gone: unknown) {
    const isGone =
      typeof gone === 'string' && SHAPE.test(gone) && (await this.passkeys.withCredential(gone)) === null;
    return {
      rpId: this.party.id,
      userId: handleOf(person.id),
      name: person.username,
      displayName: person.displayName,
      accepted: rows.filter(({ rpId }) => rpId === this.party.id).map(({ credentialId }) => credentialId),
      gone: isGone ? gone : null,
    };
  }
}
