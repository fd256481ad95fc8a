import { isIP } from 'node:net';

/**
 * The host that passkeys are made for, of an origin: what WebAuthn calls the relying party's id. A passkey works there and
 * nowhere else, so under another `PUBLIC_URL` host there are none. Null where it is an address of a network: no browser
 * makes passkeys for one.
 */
export function relyingPartyOf(publicUrl: string): string | null {
  const { hostname } = new URL(publicUrl);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : null;
}
