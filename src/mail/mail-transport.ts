import type { Instant } from '../kernel/clock.js';

/** A mail as it goes out. */
export interface OutgoingMail {
  /** Names it for good: a mail that is sent twice after a crash carries the same one. */
  readonly id: string;
  /** When it was promised: its `Date`, however long it waits (RFC 5322 3.6.1). */
  readonly madeAt: Instant;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Takes mails away. Several may be under way at once. */
export abstract class MailTransport {
  /**
   * Hands a mail over.
   * @param cancel ends the attempt at once.
   * @returns what the next server said when it accepted the mail.
   * @throws MailRefused, MailDelayed
   */
  abstract send(mail: OutgoingMail, cancel?: AbortSignal): Promise<string>;
  /** Closes what is open. */
  abstract close(): Promise<void>;
}

/** The server will never take this mail: trying again is of no use. The message has the server's own words. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

/**
 * What a try that failed means for other mails. "free": nothing. "unreachable": the server cannot be spoken to.
 * "barred": it refuses us before a mail is named, and may bar us for longer if we go on asking.
 */
export type Others = 'free' | 'unreachable' | 'barred';

/** What a {@link MailDelayed} says beside its words. */
export interface DelayFacts {
  /** Nobody but the operator can mend it: it will not pass by itself. */
  readonly needsOperator?: boolean;
  /** Whether it would meet every mail. */
  readonly others?: Others;
  /** The server had the whole mail and did not answer: it may have taken it. */
  readonly mayHaveArrived?: boolean;
}

/** The mail was not taken now, and nothing says that it never will be. The message has the server's own words. */
export class MailDelayed extends Error {
  override readonly name = 'MailDelayed';
  readonly needsOperator: boolean;
  readonly others: Others;
  readonly mayHaveArrived: boolean;

  constructor(message: string, facts: DelayFacts = {}) {
    super(message);
    this.needsOperator = facts.needsOperator ?? false;
    this.others = facts.others ?? 'free';
    this.mayHaveArrived = facts.mayHaveArrived ?? false;
  }
}
