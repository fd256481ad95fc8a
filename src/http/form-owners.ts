import { Injectable } from '@nestjs/common';
import { SecretBox } from '../crypto/secret-box.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { FormFields } from './form-body.js';

/** What the seals are made for. */
const PURPOSE = 'form owners';

/** Seals that are kept, so that a page does not wait for one. */
const MOST = 10_000;

/**
 * Whose a form is. Every form of a signed-in page carries its person's id, sealed, in the field `_owner` beside
 * `_csrf`: where the session has ended meanwhile, nothing else tells whose text it is that was typed. It
 * proves nothing of who sends it, and opens nothing. Behind a full stop follows the secret of the page.
 */
@Injectable()
export class FormOwners {
  private readonly kept = new Map<string, string>();
  private madeWith: readonly string[] = [];

  constructor(private readonly secrets: SecretRing) {}

  /** The seal of a person. The same one as long as it is kept: it says no more than whose the page is. */
  sealOf(userId: string): string {
    const secrets = this.secrets.for(PURPOSE);
    if (this.madeWith !== secrets || this.kept.size >= MOST) this.kept.clear();
    this.madeWith = secrets;
    const seal = this.kept.get(userId) ?? new SecretBox(secrets).seal(userId, PURPOSE);
    this.kept.set(userId, seal);
    return seal;
  }

  /**
   * The secret of the page that a form stands on, in which it is nowhere else; undefined where it carries none. A visitor's
   * form has it as `_csrf`: nodes of versions before pass over it there, and would refuse a field that they do not know.
   */
  static pageSecretOf(form: FormFields): string | undefined {
    return form['_owner'] === undefined ? form['_csrf'] : form['_owner'].split('.')[1];
  }

  /** The id of the person a form was made for; null where it was made for nobody, or the seal is none of ours. */
  ownerOf(form: FormFields): string | null {
    const [seal = ''] = (form['_owner'] ?? '').split('.');
    return seal === '' ? null : new SecretBox(this.secrets.for(PURPOSE)).open(seal, PURPOSE);
  }
}
