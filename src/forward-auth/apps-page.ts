import { Injectable } from '@nestjs/common';
import { isMeant } from '../applications/admission.js';
import { Catalogue } from '../applications/catalogue.js';
import type { Principal } from '../kernel/principal.js';
import { openedEntry, signInEntry, tokenEntry } from './apps-entries.js';
import { HeldByPerson } from './held-by-person.js';
import { PageTime } from './page-time.js';

/** The page of applications: all that lets somebody into one, in one list, and what else they could open. */
@Injectable()
export class AppsPage {
  constructor(
    private readonly held: HeldByPerson,
    private readonly catalogue: Catalogue,
    private readonly now: PageTime,
  ) {}

  /**
   * Each sign-in, this browser's first, with what was opened from it behind it, then access tokens.
   * @param then the path of the form that the person had sent when they were asked who they are; anything at all.
   * @throws Unavailable
   */
  async of({ person, session }: Principal, then: unknown) {
    const { now, policy } = this.now;
    const known = await this.catalogue.current();
    const { sessions, opened, tokens } = await this.held.by(person.id);
    const isHere = (signInId: string) => signInId === session.publicId;
    const ownFirst = sessions.toSorted((one, other) => +isHere(other.publicId) - +isHere(one.publicId));
    const listed = new Set(ownFirst.map(({ publicId }) => publicId));
    const entries = [
      ...ownFirst.flatMap(own => {
        const from = opened.filter(({ signInId }) => signInId === own.publicId);
        const entry = signInEntry(own, isHere(own.publicId), now);
        return [entry, ...from.map(one => openedEntry(one, entry.title, now))];
      }),
      // A store may have lost track of a session that lives.
      ...opened.filter(({ signInId }) => !listed.has(signInId)).map(one => openedEntry(one, null, now)),
      ...tokens.map(token => tokenEntry(token, known.named(token.applicationName), now)),
    ].map((entry, index) => ({ ...entry, id: String(index + 1) }));
    const others = known.all
      .filter(application => isMeant(application, person.groups, policy))
      .map(({ label, origins: [origin] }) => ({ label, origin }));
    return {
      entries,
      others,
      next: entries.find(({ action, end }) => action === then && end !== null) ?? null,
    };
  }
}
