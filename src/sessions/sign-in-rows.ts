import { type EntityManager, type FindOptionsWhere, In, IsNull, Not } from 'typeorm';
import { insertRows } from '../database/insert-rows.js';
import type { Instant } from '../kernel/clock.js';
import { columnOf } from './amr.js';
import { endOf } from './session-policy.js';
import type { Session } from './session-store.js';
import type { EndedSignIn, EndReason, WhichSignIns } from './sign-in-end.js';
import { SignInRow } from './sign-in.entity.js';

/** Writes down the sign-in of a session that begins. */
export async function addSignIn(manager: EntityManager, session: Session): Promise<void> {
  await insertRows(manager, SignInRow, [rowOf(session)]);
}

/** The same for a session from before there were sign-ins; nothing where somebody else did so meanwhile. */
export async function adoptSignIn(manager: EntityManager, session: Session): Promise<void> {
  await manager.createQueryBuilder().insert().into(SignInRow).values(rowOf(session)).orIgnore().execute();
}

/** Writes down that a sign-in goes on with this session. */
export async function renewSignIn(manager: EntityManager, session: Session): Promise<void> {
  const { id, beganAt: _, ...now } = rowOf(session);
  const { affected } = await manager.update(SignInRow, { id }, now);
  if (affected === 0) await addSignIn(manager, session);
}

/** Writes down the instants of a session that goes on, as they are after a clock was put back. */
export async function moveSignIn(manager: EntityManager, session: Session): Promise<void> {
  const { id, sessionIdHash, beganAt, provedAt, expiresAt, knownEndAt } = rowOf(session);
  const goesOn = { id, sessionIdHash, endedAt: IsNull() };
  await manager.update(SignInRow, goesOn, { beganAt, provedAt, expiresAt, knownEndAt });
}

/** Whether a sign-in is known to have ended. */
export const hasEnded = (manager: EntityManager, id: string): Promise<boolean> =>
  manager.existsBy(SignInRow, { id, endedAt: Not(IsNull()) });

/** The sign-ins that go on and are to end. */
export async function openSignIns(
  manager: EntityManager,
  which: WhichSignIns,
): Promise<readonly EndedSignIn[]> {
  const where = { ...conditionOf(which), endedAt: IsNull() };
  return manager.find(SignInRow, { where, select: { id: true, userId: true } });
}

/** Writes down that they have ended. */
export async function closeSignIns(
  manager: EntityManager,
  ended: readonly EndedSignIn[],
  { endedAt, endReason }: { readonly endedAt: Instant; readonly endReason: EndReason },
): Promise<void> {
  await manager.update(
    SignInRow,
    { id: In(ended.map(({ id }) => id)) },
    {
      ...{ endedAt, endReason },
      knownEndAt: () => 'expires_at',
    },
  );
}

function conditionOf(which: WhichSignIns): FindOptionsWhere<SignInRow> {
  if ('session' in which) return { id: which.session.publicId, sessionIdHash: which.session.idHash };
  if ('publicId' in which) return { id: which.publicId, userId: which.userId };
  return {
    userId: which.userId,
    ...(which.except === null ? {} : { sessionIdHash: Not(which.except) }),
  };
}

const rowOf = (session: Session): SignInRow => ({
  id: session.publicId,
  userId: session.userId,
  beganAt: session.createdAt,
  amr: columnOf(session.amr),
  provedAt: session.authenticatedAt,
  sessionIdHash: session.idHash,
  expiresAt: session.expiresAt,
  knownEndAt: endOf(session),
  endedAt: null,
  endReason: null,
});
