import type { Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import type { AuthenticationMethod, CurrentPerson } from '../kernel/principal.js';
import { STRENGTH_WITHIN, strengthOf } from '../kernel/strength.js';
import type { Application } from './application.js';

/** Who is to enter, or to go on. */
export interface Entrant {
  readonly person: CurrentPerson;
  readonly amr: readonly AuthenticationMethod[];
  /** When they last proved who they are. */
  readonly provedAt: Instant;
}

/** Whether somebody may go on in an application. `not-allowed` comes first: no factor would help them. */
export type Admission = 'admitted' | 'not-allowed' | 'too-weak';

/** The same of somebody who enters. */
export type EntryAdmission = Admission | 'too-long-ago';

/** What is decided by, beside the application's own rules. */
export interface AdmissionPolicy {
  /** Whether anybody may make an account: then `everybody` is who is in a group. */
  readonly registrationOpen: boolean;
}

/** Who may be in an application now; asked at each request. */
export function admissionOf(
  application: Application,
  { person, amr }: Pick<Entrant, 'person' | 'amr'>,
  policy: AdmissionPolicy,
): Admission {
  if (!isMeant(application, person.groups, policy)) return 'not-allowed';
  return strengthOf(amr) >= application.strength ? 'admitted' : 'too-weak';
}

/** Who may enter now: then it also counts how long ago they proved who they are. */
export function entryAdmissionOf(
  application: Application,
  entrant: Entrant,
  policy: AdmissionPolicy & { readonly now: Instant },
): EntryAdmission {
  const admission = admissionOf(application, entrant, policy);
  const within = provedWithin(application);
  if (admission !== 'admitted' || within === null) return admission;
  return policy.now - entrant.provedAt < within ? 'admitted' : 'too-long-ago';
}

/**
 * How long ago somebody may have proved who they are when they enter; null: however long. Where two factors are asked for it is a
 * day unless something else is said, as with `@RequireStrength(2)`.
 */
export function provedWithin({
  strength,
  recent,
}: Pick<Application, 'strength' | 'recent'>): Duration | null {
  if (recent === null) return strength === 2 ? STRENGTH_WITHIN : null;
  return recent === 0 ? null : recent;
}

/** Whether an application is meant for somebody in these groups. */
export function isMeant(
  application: Pick<Application, 'admits' | 'groups'>,
  of: readonly string[],
  policy: AdmissionPolicy,
): boolean {
  const meant = meantFor(application, policy);
  if (meant === 'everybody') return true;
  return meant === 'any-group' ? of.length > 0 : of.some(group => meant.includes(group));
}

/** For whom it is meant: everybody, people in any group, or those in one of these. */
export function meantFor(
  { admits, groups }: Pick<Application, 'admits' | 'groups'>,
  { registrationOpen }: AdmissionPolicy,
): 'everybody' | 'any-group' | readonly string[] {
  if (admits === 'groups') return groups;
  return admits === 'everybody' && registrationOpen ? 'any-group' : 'everybody';
}
