/** What a handler gives a view. Values are escaped where they are printed; there is no way to print raw HTML. */
export type ViewModel = Readonly<Record<string, unknown>>;

/** What every page knows by these names, such as who is signed in; `account` shows the tabs of the account pages. */
const TAKEN = ['account', 'appName', 'csrfToken', 'formOwner', 'gated', 'nonce', 'once', 'person'];

/**
 * Sees that what a handler calls its own is nothing that every page has: with a `person` of its own a page would say that
 * somebody else is signed in. @param isOwn whether the handler has something of this name. @throws where it is
 */
export function refuseTaken(view: string, isOwn: (name: string) => boolean): void {
  const taken = TAKEN.find(isOwn);
  if (taken !== undefined)
    throw new Error(`${view}: every page has its own "${taken}". Call yours otherwise.`);
}
