import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ViewModel } from '../http/view-model.js';
import type { Instant } from '../kernel/clock.js';
import type { AuthenticationMethod } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';

/** How many factors of a kind somebody has. */
export interface FactorCount {
  /** Those that a second step takes now: none that is suspended. */
  readonly inForce: number;
  /** Of these, those that verify their user, so that they are a way in without a password. */
  readonly alone: number;
  /** Those that have no force here and may have it again: passkeys of another host, none that is suspended. */
  readonly dormant?: number;
}

/** What somebody answered a second step with: the fields of the form, and whose it is to be. */
export interface Answer {
  readonly userId: string;
  readonly origin: RequestOrigin;
  /** Those of `SecondStepFields` that were sent. */
  readonly fields: { readonly [Field in AnswerField]?: string | undefined };
}

/** The fields with which a second step can be answered; each belongs to one kind. */
export type AnswerField = 'code' | 'recovery_code' | 'reset_code' | 'passkey' | 'challenge';

/** A factor that was shown and is right as far as could be seen. Nothing was used up for it yet. */
export interface ShownFactor {
  /** What it proves beside what was proved before, by RFC 8176; nothing: it only lets a factor be added. */
  readonly amr: readonly AuthenticationMethod[];
  /** What it was, for the log: `authenticator`, `recovery_code`, `passkey`. */
  readonly method: string;
  /**
   * Looks at it once more and uses it up, in the transaction that relies on it, with the person locked; awaits only the
   * database. @returns false where somebody else has used it meanwhile, or it is gone or suspended: then nothing was
   * changed.
   */
  readonly use: (manager: EntityManager) => Promise<boolean>;
}

/**
 * A kind of second factor. A folder above adds its own with {@link FactorKinds.add}, so that no import goes upwards.
 * What is given a manager runs inside a transaction with the person locked, and awaits only the database.
 */
export interface FactorKind {
  /** What it is called in the view models of `/account/security` (`factors.NAME`) and the second step (`NAME`). */
  readonly name: string;
  /** The fields that answer a second step with it. */
  readonly fields: readonly AnswerField[];
  /** Whether it only stands in for factors, and goes with the last of them. */
  readonly standsIn?: true;
  /** Whether it is short enough to be guessed: after too many that were wrong in a row, known devices alone may show one. */
  readonly guessable?: true;
  /** How many somebody has. */
  count(manager: EntityManager, userId: string): Promise<FactorCount>;
  /**
   * Suspends those that were added at `since` or later ("not me"); null: all. `since` is the instant of the transaction that
   * made the notice (`database/instant-of.ts`): what it added has the same. A suspended one proves nothing until its owner
   * re-admits it. @returns how many.
   */
  suspend(manager: EntityManager, userId: string, since: Instant | null): Promise<number>;
  /** Removes all of somebody's: the loss procedure. @returns how many. */
  removeAll(manager: EntityManager, userId: string): Promise<number>;
  /** What the section of `/account/security` shows of somebody's. @throws Unavailable */
  section(userId: string): Promise<ViewModel>;
  /** What the second step needs in order to ask for one; null where this person has none. @throws Unavailable */
  offer(userId: string): Promise<ViewModel | null>;
  /**
   * Checks an answer that has one of its {@link fields}; the guess was counted before.
   * @returns null where it is wrong, was used before, or is no longer good: all alike. @throws Unavailable
   */
  check(answer: Answer): Promise<ShownFactor | null>;
}

/** The kinds of factors there are. */
@Injectable()
export class FactorKinds {
  private readonly kinds = new Map<string, FactorKind>();

  /** Adds a kind; once, when its module starts. @throws where another one has that name. */
  add(kind: FactorKind): void {
    if (this.kinds.has(kind.name))
      throw new Error(`Another kind of factor is called ${JSON.stringify(kind.name)}.`);
    this.kinds.set(kind.name, kind);
  }

  /** All of them, in the order they were added. */
  all(): readonly FactorKind[] {
    return [...this.kinds.values()];
  }
}
