/** A mail as it goes out. */
export interface OutgoingMail {
  /** Names it for good: a mail that is sent twice after a crash carries the same one. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Takes mails away. Resolves when the next server has accepted the mail; throws where it has not. */
export abstract class MailTransport {
  abstract send(mail: OutgoingMail): Promise<void>;
  /** Closes what is open. */
  abstract close(): Promise<void>;
}

/** The server will never take this mail: trying again is of no use. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}
