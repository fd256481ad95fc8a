import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { Visitor } from './visitor.js';

/** What a test changes in what an authenticator and its browser say. */
export interface Tweaks {
  readonly type?: string;
  readonly challenge?: string;
  readonly origin?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly rpId?: string;
  readonly present?: boolean;
  readonly verified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly credentialId?: string;
  /** Signs in place of the key itself. */
  readonly key?: KeyObject;
  /** Changes the bytes that were signed, afterwards. */
  readonly afterwards?: (data: Buffer) => Buffer;
  /** Changes the signature. */
  readonly signature?: (signature: Buffer) => Buffer;
  /** The statement of a new key: none, one by the key itself, or whatever a test makes. */
  readonly attestation?: 'none' | 'packed' | ((authData: Buffer, clientData: Buffer) => Buffer);
}

/** What the server asks for, as far as an authenticator needs it. */
interface Options {
  readonly challenge: string;
  readonly user?: { readonly id: string };
}

/** An answer as browsers give it to the page. */
export interface PasskeyResponse {
  id: string;
  rawId: string;
  type: string;
  clientExtensionResults: object;
  response: Record<string, unknown>;
}

/** A model of one; Google's, so that its name is known. */
export const GOOGLE = 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4';

/**
 * An authenticator and its browser, in software: real keys and real signatures (WebAuthn Level 3, 6), made byte by byte, so
 * that a test can change each of them.
 */
export class SoftwareAuthenticator {
  readonly credentialId = randomBytes(16).toString('base64url');
  /** 0: it does not count. */
  counter: number;
  userHandle: string | null = null;
  readonly keys;

  constructor(
    private readonly model: {
      readonly counts?: boolean;
      readonly synced?: boolean;
      readonly aaguid?: string;
      readonly kind?: 'ES256' | 'EdDSA' | 'RS256';
      /** Of RS256: what the key is like, where that is not the usual. */
      readonly rsa?: { readonly modulusLength: number; readonly publicExponent?: number };
    } = {},
    readonly origin = 'http://localhost:4000',
    readonly rpId = 'localhost',
  ) {
    this.counter = model.counts ? 1 : 0;
    this.keys =
      model.kind === 'RS256'
        ? generateKeyPairSync('rsa', model.rsa ?? { modulusLength: 2048 })
        : model.kind === 'EdDSA'
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  /** What `navigator.credentials.create` gives. */
  create(options: Options, tweaks: Tweaks = {}): PasskeyResponse {
    this.userHandle = options.user?.id ?? null;
    const id = tweaks.credentialId ?? this.credentialId;
    const clientData = this.clientData('webauthn.create', options.challenge, tweaks);
    const idBytes = Buffer.from(this.credentialId, 'base64url');
    const attested = Buffer.concat([
      Buffer.from((this.model.aaguid ?? GOOGLE).replaceAll('-', ''), 'hex'),
      uint16(idBytes.length),
      idBytes,
      cbor(this.coseKey()),
    ]);
    const authData = Buffer.concat([this.authData(0x40, tweaks), attested]);
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: this.statement(authData, clientData, tweaks).toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  /** What `navigator.credentials.get` gives. */
  get(options: Options, tweaks: Tweaks = {}): PasskeyResponse {
    if (this.model.counts) this.counter += 1;
    const clientData = this.clientData('webauthn.get', options.challenge, tweaks);
    const authData = this.authData(0, tweaks);
    const signed = this.signed(Buffer.concat([authData, sha256(clientData)]), tweaks);
    const userHandle = tweaks.userHandle === undefined ? this.userHandle : tweaks.userHandle;
    const id = tweaks.credentialId ?? this.credentialId;
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: (tweaks.afterwards?.(authData) ?? authData).toString('base64url'),
        signature: (tweaks.signature?.(signed) ?? signed).toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      },
    };
  }

  private clientData(type: string, challenge: string, tweaks: Tweaks): Buffer {
    const { crossOrigin = false, topOrigin } = tweaks;
    const data = {
      type: tweaks.type ?? type,
      challenge: tweaks.challenge ?? challenge,
      origin: tweaks.origin ?? this.origin,
      crossOrigin,
      ...(topOrigin === undefined ? {} : { topOrigin }),
    };
    return Buffer.from(JSON.stringify(data));
  }

  private authData(more: number, { rpId, present = true, verified = true, counter }: Tweaks): Buffer {
    const synced = this.model.synced === true ? 0x18 : 0;
    const flags = (present ? 1 : 0) | (verified ? 4 : 0) | synced | more;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter ?? this.counter);
    return Buffer.concat([sha256(Buffer.from(rpId ?? this.rpId)), Buffer.from([flags]), count]);
  }

  private statement(authData: Buffer, clientData: Buffer, { attestation = 'none' }: Tweaks): Buffer {
    if (typeof attestation === 'function') return attestation(authData, clientData);
    const sig = () => this.signed(Buffer.concat([authData, sha256(clientData)]), {});
    const attStmt =
      attestation === 'none'
        ? new Map()
        : new Map<string, Cbor>([
            ['alg', -7],
            ['sig', sig()],
          ]);
    return cbor(
      new Map<string, Cbor>([
        ['fmt', attestation],
        ['attStmt', attStmt],
        ['authData', authData],
      ]),
    );
  }

  private signed(data: Buffer, { key = this.keys.privateKey }: Tweaks): Buffer {
    return key.asymmetricKeyType === 'ed25519'
      ? sign(null, data, key)
      : createSign('sha256').update(data).sign(key);
  }

  /** RFC 9052, 7. */
  private coseKey(): Map<number, Cbor> {
    const jwk = this.keys.publicKey.export({ format: 'jwk' });
    const part = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(jwk[name] ?? '', 'base64url');
    if (this.model.kind === 'RS256')
      return new Map<number, Cbor>([
        [1, 3],
        [3, -257],
        [-1, part('n')],
        [-2, part('e')],
      ]);
    if (this.model.kind === 'EdDSA')
      return new Map<number, Cbor>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, part('x')],
      ]);
    return new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, part('x')],
      [-3, part('y')],
    ]);
  }
}

/** Adds a passkey through the pages, as their script does. @param fields what else the form holds */
export async function addPasskey(
  visitor: Visitor,
  authenticator: SoftwareAuthenticator,
  tweaks: Tweaks = {},
  fields: Record<string, string> = {},
) {
  const asked = await visitor.get('/account/security/passkeys/options', { accept: 'application/json' });
  if (asked.status !== 200) throw new Error(`The options answered ${asked.status}: ${asked.body}`);
  const made = authenticator.create(JSON.parse(asked.body) as Options, tweaks);
  return visitor.postForm('/account/security/passkeys/add', { ...fields, credential: JSON.stringify(made) });
}

/** A challenge for a visitor's sign-in. */
export async function challengeFor(visitor: Visitor): Promise<Options> {
  const { body } = await visitor.get('/login/passkey', { accept: 'application/json' });
  return JSON.parse(body) as Options;
}

/** Sends an answer to the sign-in, as one of those who insist. */
export const sendPasskey = (
  visitor: Visitor,
  response: PasskeyResponse,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
) => visitor.insist('/login/passkey', { credential: JSON.stringify(response), ...fields }, headers);

/** What a page asks for at its button for a passkey: the second step, `/confirm`, admitting one again. */
export function askedOn({ body }: { readonly body: string }): Options {
  const [, options = ''] = /data-passkey-step="([^"]+)"/.exec(body) ?? [];
  if (options === '') throw new Error(`The page asks for no passkey: ${body}`);
  return JSON.parse(options.replaceAll('&quot;', '"')) as Options;
}

/** Signs in by a passkey. */
export async function signInByPasskey(
  visitor: Visitor,
  authenticator: SoftwareAuthenticator,
  tweaks: Tweaks = {},
) {
  return sendPasskey(visitor, authenticator.get(await challengeFor(visitor), tweaks));
}

export type Cbor = number | string | Buffer | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

/** As much of RFC 8949 as authenticators write. */
export function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map)
    return Buffer.concat([
      head(5, value.size),
      ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)]),
    ]);
  const list = value as readonly Cbor[];
  return Buffer.concat([head(4, list.length), ...list.map(cbor)]);
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  if (size < 256) return Buffer.from([(major << 5) | 24, size]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(size)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
