import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { relyingPartyOf } from '../config/relying-party.js';

/** Who passkeys are for, as authenticators and browsers are told it. */
@Injectable()
export class RelyingParty {
  /** The host of `PUBLIC_URL`; null where no browser makes passkeys for it. */
  readonly id: string | null;
  /** Where browsers say that a passkey was used. */
  readonly origin: string;
  /** What authenticators show. */
  readonly name: string;

  constructor({ publicUrl, appName }: AppConfig) {
    this.id = relyingPartyOf(publicUrl);
    this.origin = publicUrl;
    this.name = appName;
  }
}

/** What an authenticator calls a person: the bytes of their id, which is random, as base64url (WebAuthn 14.6.1). */
export const handleOf = (userId: string): string => Buffer.from(userId).toString('base64url');
