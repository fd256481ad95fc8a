import { openWith, sealWith } from '../crypto/aes-gcm.js';
import { macOf } from '../crypto/mac.js';
import { digestOf } from '../crypto/secret-token.js';

/** What a page's secret must look like: 128 bits as base64url. */
const SHAPE = /^[\w-]{22}$/;

/** A form as it was sent. */
export interface SentForm {
  /** The secret of its page. */
  readonly once: string;
  /** Where it comes from: address and browser. */
  readonly place: readonly string[];
  readonly cookies: string;
  /** Where it goes, with the query. */
  readonly to: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * What a form goes by while it may come a second time: digests under the secret of its page, which the server keeps
 * nowhere. A password that was typed cannot be found out by them, whoever has the database and all keys.
 */
export class FormName {
  /** The page that it stands on, as it was sent to one browser once. */
  readonly page: string;
  /** Where it goes and all that stands in it, from this address and browser, with these cookies. */
  readonly form: string;
  /** The same with whatever cookies. */
  readonly fields: string;
  private readonly secret: string;

  constructor({ once, place, cookies, to, fields }: SentForm) {
    this.secret = once;
    const sent = [...place, to, Object.entries(fields)];
    this.page = digestOf(`page ${once}`);
    this.fields = this.digest('fields', sent);
    this.form = this.digest('form', [cookies, ...sent]);
  }

  /** Whether a field is a secret that a page of ours may have. */
  static isSecret(once: string | undefined): once is string {
    return once !== undefined && SHAPE.test(once);
  }

  /** Seals what this form was answered with. */
  seal(text: string): string {
    return sealWith(this.key, text, this.form);
  }

  /** The text again; null where it was not sealed for a form of this page. @param form the name it was sealed under. */
  open(sealed: string, form: string): string | null {
    return openWith(this.key, sealed, form);
  }

  private get key(): Buffer {
    return Buffer.from(macOf(this.secret, 'gatehouse:answer'), 'base64url');
  }

  private digest(what: string, parts: readonly unknown[]): string {
    return macOf(this.secret, JSON.stringify([what, parts]));
  }
}
