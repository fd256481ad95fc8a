import { createHash } from 'node:crypto';
import { openWith, sealWith } from './aes-gcm.js';

/**
 * Encrypts with the session secrets what is of use for minutes alone: it goes through a browser and comes back. What is
 * kept is sealed by `DataKeys`.
 */
export class SecretBox {
  private readonly keys: readonly Buffer[];

  /** @param secrets the first encrypts, all decrypt. Any length; a key is derived from each. */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map(secret => createHash('sha256').update(secret).digest());
  }

  /** The text as base64url, as `sealWith` makes it. */
  seal(text: string, context: string): string {
    return sealWith(this.keys[0] ?? Buffer.alloc(0), text, context);
  }

  /** The text again; null where the value was changed, moved, or sealed with a secret that is gone. */
  open(sealed: string, context: string): string | null {
    for (const key of this.keys) {
      const text = openWith(key, sealed, context);
      if (text !== null) return text;
    }
    return null;
  }
}
