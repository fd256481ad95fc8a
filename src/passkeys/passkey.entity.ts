import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** A passkey of somebody: the public half of a key pair (WebAuthn Level 3). The row goes with its person. */
@Entity({ name: 'passkeys' })
@Index('passkeys_by_user', ['userId'])
export class Passkey {
  /** Names it on pages and in events. */
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** What the authenticator calls it: base64url without padding. Unique. */
  @Column({ type: 'text', name: 'credential_id', unique: true })
  credentialId!: string;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** The host that it was made for; it works at no other. */
  @Column({ type: 'text', name: 'rp_id' })
  rpId!: string;

  /** A COSE key (RFC 9052) as base64url. Nothing ever changes it. */
  @Column({ type: 'text', name: 'public_key' })
  publicKey!: string;

  /** How often the authenticator says that it was used, where it counts: the number only grows. 0: it does not count. */
  @Column(epoch('counter'))
  counter!: number;

  /** How browsers may reach it, such as `internal hybrid`: separated by spaces. */
  @Column({ type: 'text' })
  transports!: string;

  /** Whether it may be on several devices: what the authenticator calls eligible for backup. Fixed when it is made. */
  @Column({ type: 'boolean' })
  synced!: boolean;

  /** Whether there was a copy of it elsewhere, when it was last used. */
  @Column({ type: 'boolean', name: 'backed_up' })
  backedUp!: boolean;

  /** The model of the authenticator, as it says itself, unproved. */
  @Column({ type: 'text' })
  aaguid!: string;

  /** What its person calls it. */
  @Column({ type: 'text' })
  name!: string;

  @Column(epoch('added_at'))
  addedAt!: Instant;

  @Column(nullableEpoch('last_used_at'))
  lastUsedAt!: Instant | null;

  /** Since when it opens nothing, because somebody else may have added it; null: it works. */
  @Column(nullableEpoch('suspended_at'))
  suspendedAt!: Instant | null;
}
