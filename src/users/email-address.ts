import { domainToASCII } from 'node:url';

const MAX_LENGTH = 254;

/** An e-mail address, parsed: it can be stored, compared and sent to. */
export interface EmailAddress {
  /** As given, with the domain in lower case and in its ASCII form. */
  readonly display: string;
  /** What addresses are compared by: the whole of it in lower case. */
  readonly key: string;
}

/**
 * Reads an address: a local part of 1 to 64 characters without spaces, quotes or control characters, and a
 * domain with at least one dot, international ones included (RFC 5321, RFC 6531). Whether it exists is
 * found out by writing to it.
 * @returns null where the text is none.
 */
export function parseEmailAddress(text: string): EmailAddress | null {
  const [, local, domain] =
    /^([^@\s"(),:;<>[\\\]\p{C}]{1,64})@([^@\s]{3,255})$/u.exec(text.trim().normalize('NFC')) ?? [];
  if (
    local === undefined ||
    domain === undefined ||
    local.startsWith('.') ||
    local.endsWith('.') ||
    local.includes('..')
  ) {
    return null;
  }
  const ascii = domainToASCII(domain.toLowerCase());
  const display = `${local}@${ascii}`;
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(ascii)) return null;
  return display.length > MAX_LENGTH ? null : { display, key: display.normalize('NFKC').toLowerCase() };
}
