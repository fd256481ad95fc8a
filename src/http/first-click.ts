import type { EntityManager } from 'typeorm';

/** Says, inside a transaction, that a form is the first; it throws where another one was faster. */
export type Claim = (manager: EntityManager) => Promise<void>;

/**
 * What the handler of a form says that is marked `@SentOnce('later')`: that it is about to do what the form is for, so that
 * no other click does the same meanwhile. Called once nothing stands against it, because it costs a write. Where another
 * one was faster, the answer is given, and they throw `AnsweredAlready`.
 */
export interface FirstClick {
  /** @throws AnsweredAlready, Unavailable */
  claim(): Promise<void>;
  /**
   * The same for the form of a mailed link. The other click may have used the link up in this very moment.
   * @param look throws what is to be told where the link opens nothing.
   */
  claimLink(look: () => Promise<unknown>): Promise<void>;
  /**
   * The same where nothing is claimed for a form that opens nothing, which is told so otherwise than by what is thrown.
   * @param look gives null there. @returns what it gives.
   */
  claimFor<T>(look: () => Promise<T | null>): Promise<T | null>;
  /**
   * The same within the transaction that does what the form is for, which costs it one statement.
   * @param work calls `claim` at its beginning; what that throws undoes the transaction, and leaves `work`. Called again
   * where the other one came to nothing.
   */
  once<T>(work: (claim: Claim) => Promise<T>): Promise<T>;
}

/** Where nobody looks whether a form comes twice. */
export const ANY_CLICK: FirstClick = {
  claim: () => Promise.resolve(),
  claimLink: async look => void (await look()),
  claimFor: look => look(),
  once: work => work(() => Promise.resolve()),
};
