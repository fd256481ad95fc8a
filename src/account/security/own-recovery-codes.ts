import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ChangeFactors } from '../../auth/change-factors.js';
import type { Entrant } from '../../auth/entrance.js';
import { AppConfig } from '../../config/app-config.js';
import type { FormRefusal } from '../../http/refused-form.js';
import type { CurrentPerson } from '../../kernel/principal.js';
import { grouped } from '../../second-factor/letters.js';
import { newRecoveryCodes, type RecoveryCodeSet } from '../../second-factor/recovery-code-set.js';
import { RecoveryCodes } from '../../second-factor/recovery-codes.js';
import { SealedForms } from '../../second-factor/sealed-forms.js';
import { ELSEWHERE } from './loss-refusal.js';
import { CODES_GONE, CODES_OVERTAKEN, codesAsText, FACTOR_BEFORE_CODES } from './security.words.js';

const PURPOSE = 'new recovery codes';

const Pending = z.object({ id: z.string(), codes: z.array(z.string()), replaces: z.string().nullable() });

/** Lets a signed-in person make recovery codes. What is shown counts for nothing until they say that it is saved. */
@Injectable()
export class OwnRecoveryCodes {
  constructor(
    private readonly config: AppConfig,
    private readonly forms: SealedForms,
    private readonly codes: RecoveryCodes,
    private readonly changes: ChangeFactors,
  ) {}

  /** Why the form of a page that was open for too long is refused. */
  readonly gone: FormRefusal = { sentence: CODES_GONE };

  /** New ones, as the page shows them. @throws Unavailable */
  async make({ id }: CurrentPerson) {
    const made = newRecoveryCodes(await this.codes.setOf(id));
    return this.pageOf(this.forms.seal(PURPOSE, id, JSON.stringify(made)), made);
  }

  /**
   * Those of a form that was kept while its person confirmed who they are: they may have been saved already. Where it is
   * too old by now new ones, and the page says so. @param pending undefined: none was kept. @throws Unavailable
   */
  async makeOrKeep(person: CurrentPerson, pending: string | undefined) {
    if (pending === undefined) return this.make(person);
    const made = this.setIn(person, pending);
    if (made === null) return { ...(await this.make(person)), error: CODES_GONE };
    return this.pageOf(pending, made);
  }

  /** Those of a page as a text to keep; null where they are none of ours any more. */
  textOf(person: CurrentPerson, pending: string): string | null {
    const made = this.setIn(person, pending);
    const { appName, publicUrl } = this.config;
    const what = { site: appName, address: publicUrl, username: person.username };
    return made === null ? null : codesAsText(what, made.codes.map(grouped));
  }

  /** Puts those of a page into force, in the place of all from before. @throws Unavailable */
  async save(
    entrant: Entrant,
    person: CurrentPerson,
    pending: string,
  ): Promise<{ readonly outcome: 'done' } | ({ readonly outcome: 'no' } & FormRefusal)> {
    const made = this.setIn(person, pending);
    if (made === null) return { outcome: 'no', ...this.gone };
    const replace = (manager: EntityManager) => this.codes.replace(manager, person.id, made);
    switch ((await this.changes.makeCodes(entrant, { person, replace })).outcome) {
      case 'made':
      case 'again':
        return { outcome: 'done' };
      case 'overtaken':
        return { outcome: 'no', sentence: CODES_OVERTAKEN };
      case 'no-factor':
        return { outcome: 'no', sentence: FACTOR_BEFORE_CODES };
      case 'not-now':
        return { outcome: 'no', sentence: ELSEWHERE };
    }
  }

  /** What the page shows, and its paper: that says what the codes are of. */
  private pageOf(pending: string, { codes }: RecoveryCodeSet) {
    return { pending, codes: codes.map(grouped), address: this.config.publicUrl };
  }

  private setIn({ id }: CurrentPerson, pending: string): RecoveryCodeSet | null {
    const text = this.forms.open(PURPOSE, id, pending);
    return Pending.safeParse(text === null ? null : JSON.parse(text)).data ?? null;
  }
}
