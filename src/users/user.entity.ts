import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch, version } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';
import type { Role } from '../kernel/principal.js';

/** A person with an account. */
@Entity({ name: 'users' })
export class User {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** As the person writes it. */
  @Column({ type: 'text' })
  username!: string;

  /** What usernames are compared by; unique. */
  @Column({ type: 'text', name: 'username_key', unique: true })
  usernameKey!: string;

  @Column({ type: 'text', nullable: true })
  email!: string | null;

  /** What addresses are compared by; unique. */
  @Column({ type: 'text', name: 'email_key', unique: true, nullable: true })
  emailKey!: string | null;

  /**
   * When a link was opened that was mailed to the address; null: nobody knows whether the person reads what goes there.
   * An address is there unconfirmed only where an operator typed it, or a node of an earlier version wrote it down.
   */
  @Column(nullableEpoch('email_confirmed_at'))
  emailConfirmedAt!: Instant | null;

  @Column({ type: 'text', name: 'display_name' })
  displayName!: string;

  @Column({ type: 'text' })
  role!: Role;

  /** A PHC string; null where the person cannot sign in with a password. Read only where one is verified. */
  @Column({ type: 'text', name: 'password_hash', nullable: true, select: false })
  passwordHash!: string | null;

  @Column(nullableEpoch('password_changed_at'))
  passwordChangedAt!: Instant | null;

  /** An account of the development environment: it signs in from this machine only. */
  @Column({ type: 'boolean' })
  demo!: boolean;

  @Column(epoch('created_at'))
  createdAt!: Instant;

  /** When the person signed in for the first time; null: not yet. */
  @Column(nullableEpoch('first_sign_in_at'))
  firstSignInAt!: Instant | null;

  /** When the person signed in last; null: not yet, or nobody wrote it down then. */
  @Column(nullableEpoch('last_sign_in_at'))
  lastSignInAt!: Instant | null;

  @Column({ type: 'text', name: 'last_sign_in_ip', nullable: true })
  lastSignInIp!: string | null;

  /** What the browser called itself. */
  @Column({ type: 'text', name: 'last_sign_in_agent', nullable: true })
  lastSignInAgent!: string | null;

  /**
   * Since when the person has a second factor in force; null: none. Kept by `second-factor/factors.ts` alone, under the
   * person's lock, in the transaction that adds, removes or suspends one: so that whoever signs them in, and every page,
   * knows without asking.
   */
  @Column(nullableEpoch('second_factor_at'))
  secondFactorAt!: Instant | null;

  /** When a reset of their factors takes effect that was asked for; null: none waits. Every page of theirs says so. */
  @Column(nullableEpoch('factor_reset_at'))
  factorResetAt!: Instant | null;

  /** Since when the account may not be used; null where it may. */
  @Column(nullableEpoch('disabled_at'))
  disabledAt!: Instant | null;

  /** Sessions that began under a lower one have ended, wherever they are kept. */
  @Column(version('sessions_version'))
  sessionsVersion!: number;
}
