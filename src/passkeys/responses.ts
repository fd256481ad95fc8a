import { z } from 'zod';

/** No credential's id is longer (WebAuthn 4, "credential ID"), and no field of what authenticators give is as long as this. */
const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\w-]+$/);

const Id = base64url(1364);

/** Words such as `internal` and `hybrid`; others than today's may come. */
const Transports = z
  .array(z.string())
  .catch([])
  .transform(words => words.filter(word => /^[a-z-]{1,20}$/.test(word)).slice(0, 8));

const Credential = {
  id: Id,
  rawId: Id,
  type: z.literal('public-key'),
  clientExtensionResults: z.unknown().transform(() => ({})),
};

const Attestation = z.object({
  ...Credential,
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(12_288),
    transports: Transports.default([]),
  }),
});

const Assertion = z.object({
  ...Credential,
  response: z.object({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(2048),
    userHandle: base64url(88).optional(),
  }),
});

/** What an authenticator gives for a new passkey: `RegistrationResponseJSON` of WebAuthn Level 3, as far as it is used. */
export type Attestation = z.output<typeof Attestation>;
/** What it gives where a passkey is used: `AuthenticationResponseJSON`. */
export type Assertion = z.output<typeof Assertion>;

/** The largest form that carries either, in bytes: JSON in a form takes some half more. */
export const MAX_RESPONSE = 24 * 1024;

/** From the text that the page's script sends; null where it is no such thing. */
export const parseAttestation = (text: string): Attestation | null => parse(Attestation, text);
export const parseAssertion = (text: string): Assertion | null => parse(Assertion, text);

const ClientData = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().default(false),
  topOrigin: z.string().optional(),
});

/** What the browser says of where and for what a passkey was asked for (WebAuthn 5.8.1). */
export type ClientData = z.output<typeof ClientData>;

/** @returns null where it is not what browsers say. */
export const clientDataIn = (base64: string): ClientData | null =>
  parse(ClientData, Buffer.from(base64, 'base64url').toString());

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    const json: unknown = JSON.parse(text);
    return schema.safeParse(json).data ?? null;
  } catch {
    return null;
  }
}
