import { createHmac } from 'node:crypto';

/** The HMAC-SHA-256 of a text (RFC 2104), 43 base64url characters: only who has the key can make or check it. */
export const macOf = (key: Buffer | string, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url');
