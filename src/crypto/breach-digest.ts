import { createHash } from 'node:crypto';

/**
 * The SHA-1 of a password, by which lists of breached ones name it. It protects nothing and is kept nowhere: it is only
 * looked up, on this machine.
 * @returns 20 bytes
 */
export const breachDigest = (password: string): Buffer =>
  createHash('sha1').update(password, 'utf8').digest();
