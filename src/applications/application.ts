import type { Duration } from '../kernel/durations.js';

/** How strongly somebody must have signed in: 1 with one factor, 2 with two. */
export type AskedStrength = 1 | 2;

/**
 * Who may enter beside the groups: nobody else, everybody, or everybody including those who registered by themselves.
 * Where anybody may register, `everybody` is who is in any group at all.
 */
export type Admits = 'groups' | 'everybody' | 'registered';

/** A path, with all below it, that is open to everybody. */
export interface OpenPath {
  /** Of whole segments: `/public` opens `/public` and `/public/a`, not `/publicity`. */
  readonly prefix: string;
  readonly methods: readonly string[];
}

/** What an application learns of who is there, beside an id and a username. */
export interface Told {
  readonly name: boolean;
  /** The address, where it is confirmed. */
  readonly email: boolean;
  /** These groups and no others, as far as somebody is in them. */
  readonly groups: readonly string[];
  /** Also signed, as a JSON Web Token. */
  readonly assertion: boolean;
}

/** What stands behind the gate, and its rules. */
export interface Application {
  /** `[a-z0-9][a-z0-9._-]{0,62}`; never changes. */
  readonly name: string;
  /** What people read. */
  readonly label: string;
  /** `proxied`: behind a proxy that asks here. */
  readonly kind: 'proxied';
  /** As browsers write them, at least one: `https://wiki.example.com`. No two applications have the same. */
  readonly origins: readonly [string, ...string[]];
  readonly admits: Admits;
  readonly groups: readonly string[];
  readonly strength: AskedStrength;
  /** How long ago somebody may have proved who they are when they enter, as it is said; 0: however long; null: nothing is said. */
  readonly recent: Duration | null;
  /** After this long they enter anew; null: as long as they are signed in. */
  readonly longest: Duration | null;
  readonly told: Told;
  readonly openPaths: readonly OpenPath[];
  /** Whether a CORS preflight, which carries no cookie, is let through to it. */
  readonly preflight: 'deny' | 'pass';
  /** Which requests keep a sign-in from ending for lack of activity. */
  readonly activity: 'all' | 'navigation';
  /** Whether programs may come with access tokens. */
  readonly tokens: boolean;
  /** Whether it has a session of its own, which the end of ours does not end. */
  readonly ownSession: boolean;
}
