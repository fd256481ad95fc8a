import type { ViewModel } from '../http/view-model.js';

/** What is random in a page, and in no other one: 22 characters each. */
export interface PageSecrets {
  /** By which its own script may run. */
  readonly nonce: string;
  /** By which a form of it is known that comes twice; nowhere but in the page. */
  readonly once: string;
}

/** Stand for them in a page that is kept; as long as they are. */
const PLACES: PageSecrets = { nonce: 'nonce-place-0123456789', once: 'once-place-01234567890' };

/** Splits a page there, and keeps which it was. */
const AT_PLACES = /(nonce-place-0123456789|once-place-01234567890)/;

/**
 * Pages that are the same for every visitor, such as the login form before anything is typed: rendered once,
 * with fresh secrets put in each time. A handler asks for it by handing in one and the same frozen model.
 */
export class ConstantPages {
  private readonly kept = new WeakMap<ViewModel, readonly string[]>();

  /** Whether a page with this model may be kept: nobody can change the model any more. */
  isConstant(model: ViewModel): boolean {
    return Object.isFrozen(model);
  }

  /** The page with these secrets. @param render makes it with others. */
  page(model: ViewModel, { nonce, once }: PageSecrets, render: (secrets: PageSecrets) => string): string {
    const kept = this.kept.get(model) ?? render(PLACES).split(AT_PLACES);
    this.kept.set(model, kept);
    return kept.map(part => (part === PLACES.nonce ? nonce : part === PLACES.once ? once : part)).join('');
  }
}
