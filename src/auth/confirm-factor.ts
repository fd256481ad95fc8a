import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { strengthOf } from '../kernel/strength.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { Answer, ShownFactor } from '../second-factor/factor-kinds.js';
import { SecondStep } from '../second-factor/second-step.js';
import { FactorProof, LoneFactorProof } from '../second-factor/step-proof.js';
import type { Proof } from '../sessions/proof.js';
import type { Entrant } from './entrance.js';
import { type FactorRefusal, factorRefusalOf, unusedFactor } from './factor-refusal.js';
import { ownBudgetOf } from './own-budget.js';
import { StepNotices } from './step-notices.js';

/** What somebody who is signed in shows. */
export interface Showing {
  /** Their password's; null: it is a key alone. */
  readonly password: Proof | null;
  readonly fields: Answer['fields'];
}

export type ShowOutcome =
  /** `succeeded` is called where the proof has done its work, last in that transaction; `record` once that is kept. */
  | {
      readonly outcome: 'shown';
      readonly proof: Proof;
      readonly succeeded: (within: EntityManager) => Promise<void>;
      readonly record: () => void;
      /** The answer where the proof does not hold in the transaction; null where no factor was shown. */
      readonly unused: FactorRefusal | null;
    }
  | FactorRefusal;

/** Lets a signed-in person show their second factor once more. */
@Injectable()
export class ConfirmFactor {
  constructor(
    private readonly second: SecondStep,
    private readonly notices: StepNotices,
    private readonly audit: AuditLog,
  ) {}

  /** The password's proof alone for people who have no factor. @throws Unavailable */
  async show(entrant: Entrant, person: CurrentPerson, { password, fields }: Showing): Promise<ShowOutcome> {
    if (password !== null && person.secondFactorAt === null)
      return {
        outcome: 'shown',
        proof: password,
        succeeded: () => Promise.resolve(),
        record: () => undefined,
        unused: null,
      };
    const { origin } = entrant;
    const knownDevice = ownBudgetOf(entrant, person.id);
    const shown = await this.second.check({ userId: person.id, fields, origin, knownDevice }, null);
    if (shown.outcome !== 'shown') return factorRefusalOf(shown);
    const factor = this.notices.told(shown.factor, person, entrant);
    const proof = proofOf(password, factor);
    if (proof === null) return factorRefusalOf({ outcome: 'wrong', field: 'passkey' });
    const { succeeded } = shown.attempt;
    const record = () => this.record(factor, person, entrant);
    return { outcome: 'shown', proof, succeeded, record, unused: unusedFactor(factor.method) };
  }

  /** That the password was right is recorded already, where one was given. */
  private record({ method }: ShownFactor, { id: userId }: CurrentPerson, { origin }: Entrant): void {
    const event = { outcome: 'success', userId, session: null } as const;
    this.audit.record({ ...event, event: 'authn_confirm_success', facts: { method } }, origin);
    if (method === 'recovery_code')
      this.audit.record({ ...event, event: 'authn_recovery_code_used', facts: {} }, origin);
  }
}

/** A key is enough without a password if it verified its user. */
function proofOf(password: Proof | null, factor: ShownFactor): Proof | null {
  if (password !== null) return new FactorProof(password, factor);
  return strengthOf(factor.amr) === 2 ? new LoneFactorProof(factor) : null;
}
