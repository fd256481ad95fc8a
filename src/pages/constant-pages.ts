import type { ViewModel } from '../http/view-model.js';

/** Stands for the nonce in a page that is kept; 22 characters, as long as a nonce. */
const NONCE_PLACE = 'nonce-place-0123456789';

/**
 * Pages that are the same for every visitor, such as the login form before anything is typed: rendered once,
 * with a fresh nonce put in each time. A handler asks for it by handing in one and the same frozen model.
 */
export class ConstantPages {
  private readonly kept = new WeakMap<ViewModel, readonly string[]>();

  /** Whether a page with this model may be kept: nobody can change the model any more. */
  isConstant(model: ViewModel): boolean {
    return Object.isFrozen(model);
  }

  /** The page with this nonce. @param render makes it with another one. */
  page(model: ViewModel, nonce: string, render: (nonce: string) => string): string {
    const kept = this.kept.get(model) ?? render(NONCE_PLACE).split(NONCE_PLACE);
    this.kept.set(model, kept);
    return kept.join(nonce);
  }
}
