import { Injectable } from '@nestjs/common';
import type * as Library from '@simplewebauthn/server';
import { RelyingParty } from './relying-party.js';
import { type Assertion, type Attestation, type ClientData, clientDataIn } from './responses.js';

/**
 * The kinds of keys that are taken (COSE): ES256, EdDSA; and RS256, which Windows Hello makes where its chip knows no
 * other.
 */
export const ALGORITHMS = [-7, -8, -257];

/** What Windows Hello makes, and the least that NIST SP 800-131A lets anybody verify with. */
const LEAST_RSA_BITS = 2048;

/** The public half of a new passkey, and what its authenticator says of itself, unproved. */
export interface NewKey {
  readonly credentialId: string;
  /** COSE, as base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly synced: boolean;
  readonly backedUp: boolean;
  /** A lower-case UUID; all zeros where it says none. */
  readonly aaguid: string;
}

/** A passkey that was used as far as the signature proves it. */
export interface KeyUse {
  readonly counter: number;
  readonly backedUp: boolean;
  /** Whether the authenticator verified its user, by a finger, a face or a code. */
  readonly userVerified: boolean;
}

/** Why an answer of an authenticator is none. For the log: nobody outside learns which. */
export type WrongAnswer =
  | 'malformed'
  | 'type'
  | 'origin'
  | 'cross-origin'
  | 'challenge'
  | 'attestation'
  | 'key'
  | 'response'
  | 'signature';

export type Verified<T> = { readonly outcome: 'verified'; readonly value: T } | No;

interface No {
  readonly outcome: 'no';
  readonly reason: WrongAnswer;
}

/** What is expected of an answer beside that it is for this site. */
export interface Expected {
  /** Whether this challenge is the one that was given. */
  readonly challenge: (challenge: string) => boolean;
  /** Whether the authenticator must have verified its user. */
  readonly userVerification: 'required' | 'preferred';
}

/**
 * Verifies what authenticators give (WebAuthn Level 3, 7.1 and 7.2). The only place that knows the library, which is
 * loaded when it is first needed: that takes half a second, and most starts of the command line need it never.
 */
@Injectable()
export class WebAuthn {
  private library: Promise<typeof Library> | null = null;

  constructor(private readonly party: RelyingParty) {}

  /** Loads the library, so that whoever is about to need it need not wait for it. Never throws. */
  prepare(): void {
    this.load().catch(() => undefined);
  }

  /** A new passkey. Its user must have been verified. */
  async verifyNew(
    response: Attestation,
    { challenge }: Pick<Expected, 'challenge'>,
  ): Promise<Verified<NewKey>> {
    const said = this.dataOf(response, 'webauthn.create', challenge);
    if (said.outcome === 'no') return said;
    const rp = this.party.id;
    if (rp === null || !(await isPlain(response.response.attestationObject))) return no('attestation');
    const { verifyRegistrationResponse } = await this.load();
    const expected = {
      expectedChallenge: said.value.challenge,
      expectedOrigin: this.party.origin,
      expectedRPID: rp,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    };
    const done = await verifyRegistrationResponse({ response, ...expected }).catch(() => null);
    if (done === null || !done.verified) return no(done === null ? 'response' : 'signature');
    const { credential, aaguid, credentialDeviceType, credentialBackedUp } = done.registrationInfo;
    // What names it must be what was signed: the answer's own id could be anything.
    if (credential.id !== response.id) return no('response');
    if (!(await isStrong(credential.publicKey))) return no('key');
    const value = {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      synced: credentialDeviceType === 'multiDevice',
      backedUp: credentialBackedUp,
      aaguid,
    };
    return { outcome: 'verified', value };
  }

  /**
   * A passkey that was used. What its counter says is the caller's to judge: the library would compare it before it knows
   * whether the signature is right, and anybody could claim a low one.
   * @param publicKey COSE, as base64url
   */
  async verifyUse(response: Assertion, publicKey: string, expected: Expected): Promise<Verified<KeyUse>> {
    const said = this.dataOf(response, 'webauthn.get', expected.challenge);
    if (said.outcome === 'no') return said;
    const rp = this.party.id;
    if (rp === null) return no('origin');
    const { verifyAuthenticationResponse } = await this.load();
    const done = await verifyAuthenticationResponse({
      response: { ...response, response: withoutUndefined(response.response) },
      expectedChallenge: said.value.challenge,
      expectedOrigin: this.party.origin,
      expectedRPID: rp,
      requireUserVerification: expected.userVerification === 'required',
      credential: { id: response.id, publicKey: bytesOf(publicKey), counter: 0 },
    }).catch(() => null);
    if (done === null || !done.verified) return no(done === null ? 'response' : 'signature');
    const { newCounter: counter, userVerified, credentialBackedUp: backedUp } = done.authenticationInfo;
    return { outcome: 'verified', value: { counter, userVerified, backedUp } };
  }

  /** What the browser says of the page that asked: it must be one of this site's own, in no frame of another. */
  private dataOf(
    { response: { clientDataJSON } }: Assertion | Attestation,
    type: 'webauthn.create' | 'webauthn.get',
    isGiven: Expected['challenge'],
  ): Verified<ClientData> {
    const data = clientDataIn(clientDataJSON);
    if (data === null) return no('malformed');
    if (data.type !== type) return no('type');
    if (data.origin !== this.party.origin) return no('origin');
    if (data.crossOrigin || data.topOrigin !== undefined) return no('cross-origin');
    return isGiven(data.challenge) ? { outcome: 'verified', value: data } : no('challenge');
  }

  private load(): Promise<typeof Library> {
    return (this.library ??= import('@simplewebauthn/server'));
  }
}

/**
 * Whether an authenticator says nothing of its maker, as it was asked not to: no statement, or one by its own key. Others
 * hold certificates, whose lists of revoked ones the library would fetch from wherever they say.
 */
async function isPlain(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  try {
    const decoded = decodeAttestationObject(bytesOf(attestationObject));
    const statement = decoded.get('attStmt');
    if (decoded.get('fmt') === 'none') return true;
    return decoded.get('fmt') === 'packed' && statement.get('x5c') === undefined;
  } catch {
    return false;
  }
}

/**
 * Whether a key is none of RSA, or one of 2048 bits at least with the usual exponent: one that is shorter, or has 1 for it, can
 * be signed for by anybody (ASVS 11.6.1). Those of curves are as long as their kind says.
 */
async function isStrong(publicKey: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { cose, decodeCredentialPublicKey } = await import('@simplewebauthn/server/helpers');
  const key = decodeCredentialPublicKey(publicKey);
  if (!cose.isCOSEPublicKeyRSA(key)) return true;
  const [modulus, exponent] = [key.get(cose.COSEKEYS.n), key.get(cose.COSEKEYS.e)];
  if (modulus === undefined || exponent === undefined) return false;
  const bits = BigInt(`0x0${Buffer.from(modulus).toString('hex')}`).toString(2).length;
  return bits >= LEAST_RSA_BITS && Buffer.from(exponent).toString('hex') === '010001';
}

const bytesOf = (base64url: string) => Uint8Array.from(Buffer.from(base64url, 'base64url'));

const no = (reason: WrongAnswer): No => ({ outcome: 'no', reason });

const withoutUndefined = ({ userHandle, ...rest }: Assertion['response']) =>
  userHandle === undefined ? rest : { ...rest, userHandle };
