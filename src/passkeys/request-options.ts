import { CHALLENGE_LIFE } from './challenges.js';
import type { Passkey } from './passkey.entity.js';
import type { RelyingParty } from './relying-party.js';
import { handleOf } from './relying-party.js';
import { ALGORITHMS, type Expected } from './webauthn.js';

/** How long a browser asks for a passkey, in milliseconds: its answer must come before the challenge is over. */
const TIMEOUT = CHALLENGE_LIFE - 15_000;

/** Which passkeys are asked for. */
interface Asked extends Pick<Expected, 'userVerification'> {
  /** Those of a person who is known already; null: any that the browser has for this site, so nobody learns whose there are. */
  readonly among: readonly Passkey[] | null;
}

/** What `navigator.credentials.get` is to be told: `PublicKeyCredentialRequestOptionsJSON` of WebAuthn Level 3. */
export const useOptions = (party: RelyingParty, challenge: string, { userVerification, among }: Asked) => ({
  challenge,
  timeout: TIMEOUT,
  rpId: party.id,
  userVerification,
  allowCredentials: (among ?? []).map(descriptorOf),
});

/** Whom a passkey is made for. */
export interface Owner {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
}

/**
 * What `navigator.credentials.create` is to be told: `PublicKeyCredentialCreationOptionsJSON`. It must be found without a
 * name, and its user verified, so that it is a way in by itself.
 * @param others those that the person has already: a device that keeps one of them makes no second one, which would
 * take the place of the first.
 */
export const newKeyOptions = (
  party: RelyingParty,
  challenge: string,
  { id, username, displayName }: Owner,
  others: readonly Passkey[],
) => ({
  challenge,
  timeout: TIMEOUT,
  rp: { id: party.id, name: party.name },
  user: { id: handleOf(id), name: username, displayName },
  pubKeyCredParams: ALGORITHMS.map(alg => ({ type: 'public-key', alg })),
  excludeCredentials: others.map(descriptorOf),
  authenticatorSelection: {
    residentKey: 'required',
    requireResidentKey: true,
    userVerification: 'required',
  },
  attestation: 'none',
  extensions: { credProps: true },
});

const descriptorOf = ({ credentialId, transports }: Passkey) => ({
  id: credentialId,
  type: 'public-key',
  ...(transports === '' ? {} : { transports: transports.split(' ') }),
});
