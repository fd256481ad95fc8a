import type { EntityManager } from 'typeorm';
import { randomText } from '../crypto/random.js';
import { insertRows } from '../database/insert-rows.js';
import type { Instant } from '../kernel/clock.js';
import { ApplicationRow } from './application.entity.js';
import type { Application } from './application.js';
import { ApplicationOrigin } from './application-origin.entity.js';
import { rowOf } from './application-rows.js';
import { CatalogueVersion, ONLY_ROW } from './catalogue-version.entity.js';

/** An application as it stands, and as it is to stand; null: not there. */
export interface Replacement {
  readonly before: Application | null;
  readonly after: Application | null;
  readonly now: Instant;
}

/** Writes an application in place of another, and that whoever has the ones of before in memory must read them anew. */
export async function replaceApplication(manager: EntityManager, replacement: Replacement): Promise<void> {
  await writeRows(manager, replacement);
  await manager.delete(CatalogueVersion, { id: ONLY_ROW });
  await insertRows(manager, CatalogueVersion, [{ id: ONLY_ROW, version: randomText(12) }]);
}

/** Where the application stays its row does, with the time it was made. */
async function writeRows(manager: EntityManager, { before, after, now }: Replacement): Promise<void> {
  if (before !== null) await manager.delete(ApplicationOrigin, { applicationName: before.name });
  if (after === null) {
    await manager.delete(ApplicationRow, { name: before?.name });
    return;
  }
  const { createdAt: _, ...row } = rowOf(after, now, now);
  if (before === null) await insertRows(manager, ApplicationRow, [rowOf(after, now, now)]);
  else await manager.update(ApplicationRow, { name: after.name }, row);
  const origins = after.origins.map((origin, place) => ({ origin, place, applicationName: after.name }));
  await insertRows(manager, ApplicationOrigin, origins);
}
