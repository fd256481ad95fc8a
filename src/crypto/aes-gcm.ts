import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts text with AES-256-GCM (NIST SP 800-38D). A value is bound to its place by `context`: moved to another one it
 * does not open (ASVS 11.3.3).
 * @param key 32 bytes.
 * @returns base64url: a fresh random IV, the ciphertext, the tag.
 */
export function sealWith(key: Buffer, text: string, context: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const parts = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(parts).toString('base64url');
}

/** The text again; null where the value was changed, moved, or sealed with another key. */
export function openWith(key: Buffer, sealed: string, context: string): string | null {
  const all = Buffer.from(sealed, 'base64url');
  // A part of a tag would be easier to guess.
  if (all.length < IV_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, all.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(all.subarray(-TAG_BYTES));
    return decipher.update(all.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
