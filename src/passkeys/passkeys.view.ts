import type { Instant } from '../kernel/clock.js';
import { timeView } from '../pages/time-in-words.js';
import type { Passkey } from './passkey.entity.js';
import { SYNCED, THIS_DEVICE_ONLY } from './passkeys.words.js';

/** The address of the page of passkeys. */
export const PAGE = '/account/security/passkeys';

/** A passkey as pages show it. @param here the host that passkeys work for */
export const passkeyView = (passkey: Passkey, here: string | null, now: Instant) => ({
  id: passkey.id,
  href: `${PAGE}/${passkey.id}`,
  name: passkey.name,
  kind: passkey.synced ? SYNCED : THIS_DEVICE_ONLY,
  addedAt: timeView(passkey.addedAt, now),
  lastUsedAt: passkey.lastUsedAt === null ? null : timeView(passkey.lastUsedAt, now),
  suspended: passkey.suspendedAt !== null,
  elsewhere: passkey.rpId === here ? null : passkey.rpId,
});

export type PasskeyView = ReturnType<typeof passkeyView>;
