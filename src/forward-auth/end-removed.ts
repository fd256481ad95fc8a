import type { EntityManager } from 'typeorm';
import type { SecurityEvent } from '../audit/security-event.js';
import { deleteLost, numbered } from './delete-lost.js';

/** Ends what people have at origins of an application. @returns what is to be recorded. */
export const endAt = (
  manager: EntityManager,
  application: string,
  origins: readonly string[],
): Promise<readonly SecurityEvent[]> =>
  origins.length === 0
    ? Promise.resolve([])
    : deleteLost(
        manager,
        { application, reason: 'removed' },
        {
          session: numbered('x.origin IN (:origins)', { origins }),
          token: null,
        },
      );

/** Ends all access tokens for an application. @returns what is to be recorded. */
export const endTokensOf = (manager: EntityManager, application: string): Promise<readonly SecurityEvent[]> =>
  deleteLost(
    manager,
    { application, reason: 'removed' },
    {
      session: null,
      token: numbered('x.application_name = :application', { application }),
    },
  );
