import { createECDH, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { digestOf } from './secret-token.js';

/** The public part of a key as a JSON Web Key (RFC 7517), and its name: the thumbprint of RFC 7638. */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
  readonly kid: string;
}

/** A key for ES256 (RFC 7518, section 3.4): ECDSA with P-256 and SHA-256. */
export class Es256Key {
  private constructor(
    private readonly key: KeyObject,
    readonly jwk: PublicJwk,
  ) {}

  /**
   * The key that a secret stands for.
   * @param candidate gives 32 bytes for 0, for 1 and so on: the first that is a number below the order of the curve is the
   * private one (FIPS 186-5, A.2.2). Nearly every one is.
   */
  static from(candidate: (attempt: number) => Buffer): Es256Key {
    for (let attempt = 0; ; attempt += 1) {
      const secret = candidate(attempt);
      const point = pointOf(secret);
      if (point === null) continue;
      // 0x04, then both coordinates.
      const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
      const [kty, crv] = ['EC', 'P-256'] as const;
      const key = createPrivateKey({
        format: 'jwk',
        key: { kty, crv, x, y, d: secret.toString('base64url') },
      });
      const kid = digestOf(JSON.stringify({ crv, kty, x, y }));
      return new Es256Key(key, { kty, crv, x, y, alg: 'ES256', use: 'sig', kid });
    }
  }

  /** A JSON Web Token (RFC 7519). @param typ what kind of token it is, so that it can be taken for no other (RFC 8725, 3.11). */
  token(typ: string, claims: object): string {
    const parts = [{ alg: 'ES256', typ, kid: this.jwk.kid }, claims];
    const signed = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(signed), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }
}

function pointOf(secret: Buffer): Buffer | null {
  try {
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(secret);
    return curve.getPublicKey();
  } catch {
    return null;
  }
}
