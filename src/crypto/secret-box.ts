import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts text for a column with AES-256-GCM (NIST SP 800-38D). A value is bound to its place by `context`:
 * moved to another row it does not open (ASVS 11.3.3).
 */
export class SecretBox {
  private readonly keys: readonly Buffer[];

  /** @param secrets the first encrypts, all decrypt. Any length; a key is derived from each. */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map(secret => createHash('sha256').update(secret).digest());
  }

  /** The text as base64url: a fresh random IV, the ciphertext, the tag. */
  seal(text: string, context: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0] ?? Buffer.alloc(0), iv).setAAD(
      Buffer.from(context),
    );
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** The text again; null where the value was changed, moved, or sealed with a secret that is gone. */
  open(sealed: string, context: string): string | null {
    const all = Buffer.from(sealed, 'base64url');
    // A part of a tag would be easier to guess.
    if (all.length < IV_BYTES + TAG_BYTES) return null;
    for (const key of this.keys) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, all.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(context)).setAuthTag(all.subarray(-TAG_BYTES));
        return (
          decipher.update(all.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        // Not sealed with this key: the next one, or none.
      }
    }
    return null;
  }
}
