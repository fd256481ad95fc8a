import type { EntityManager } from 'typeorm';
import { type AdmissionPolicy, meantFor } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import type { SecurityEvent } from '../audit/security-event.js';
import { methodsIn } from '../sessions/amr.js';
import { strengthOf } from '../kernel/strength.js';
import { deleteLost, numbered } from './delete-lost.js';

/** Among whom it is looked for those who lost what they had. */
export interface Among {
  readonly policy: AdmissionPolicy;
  /** Null: among everybody. */
  readonly userId: string | null;
}

/** Ends what people have of an application who may not be in it (any more). @returns what is to be recorded. */
export async function endUnadmitted(
  manager: EntityManager,
  application: Application,
  { policy, userId }: Among,
): Promise<readonly SecurityEvent[]> {
  const { name, origins, strength, tokens } = application;
  const weak = strength === 1 ? [] : await weakMethods(manager, strength);
  const meant = meantFor(application, policy);
  const values = { userId, groups: meant, origins, weak, name, strength };
  const outsider = OUTSIDERS[typeof meant === 'string' ? meant : 'these-groups'];
  const own = userId === null ? '' : ' AND x.user_id = :userId';
  const session = `x.origin IN (:origins) AND (${outsider}${weak.length > 0 ? ' OR x.amr IN (:weak)' : ''})`;
  const token = `x.application_name = :name${tokens ? ` AND (${outsider} OR x.strength < :strength)` : ''}`;
  return deleteLost(
    manager,
    { application: name, reason: 'permission' },
    { session: numbered(session + own, values), token: numbered(token + own, values) },
  );
}

/** Who is not meant, as a condition on rows `x` with a `user_id`. */
const OUTSIDERS = {
  everybody: 'FALSE',
  'any-group': 'NOT EXISTS (SELECT 1 FROM group_members m WHERE m.user_id = x.user_id)',
  'these-groups':
    'NOT EXISTS (SELECT 1 FROM group_members m WHERE m.user_id = x.user_id AND m.group_name IN (:groups))',
};

/** The columns of methods that stand for less than a strength, of those that there are: what is strong says one function. */
async function weakMethods(manager: EntityManager, asked: number): Promise<readonly string[]> {
  const rows = await manager.query<{ readonly amr: string }[]>(METHODS);
  return rows.map(({ amr }) => amr).filter(amr => strengthOf(methodsIn(amr)) < asked);
}

const METHODS = 'SELECT DISTINCT amr FROM sign_ins WHERE ended_at IS NULL';
