import type { INestApplication } from '@nestjs/common';
import { DataKeys } from '../crypto/data-keys.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { onHangUp } from './early-hang-up.js';
import type { GatehouseLogger } from './logger.js';

/** Reads the data keys again. @throws where they cannot be used; nothing has changed then. */
export type ReloadDataKeys = () => Promise<void>;

/** What is read again beside the session secrets. */
export interface Reloading {
  readonly dataKeys: ReloadDataKeys;
  /** Reads the applications; null: no file has them. @returns how many there are. @throws where they cannot be used. */
  readonly applications: (() => number) | null;
}

/**
 * On SIGHUP, also one that came during the start: reads the session secrets and the data keys again, so that they can be changed without a restart. Where
 * they cannot be used, those from before stay.
 */
export function reloadSecrets(
  app: INestApplication,
  logger: GatehouseLogger,
  { dataKeys, applications }: Reloading,
): void {
  let before: Promise<void> = Promise.resolve();
  onHangUp(() => {
    reloadSessionSecrets(app.get(SecretRing), logger);
    // One after another: what was read last is what stays.
    before = before.then(() => reloadKeys(app.get(DataKeys), dataKeys, logger));
    if (applications !== null) reloadApplications(applications, logger);
  });
}

function reloadSessionSecrets(secrets: SecretRing, logger: GatehouseLogger): void {
  try {
    const [before] = secrets.all;
    secrets.reload();
    const { all } = secrets;
    const first = all[0] === before ? 'the first one, which signs, is the same' : 'another one signs now';
    logger.log(`The session secrets were read again: ${all.length} of them; ${first}.`, 'Gatehouse');
  } catch (error) {
    logger.warn(`${reasonOf(error)} The session secrets from before stay in use.`, 'Gatehouse');
  }
}

function reloadApplications(reload: () => number, logger: GatehouseLogger): void {
  try {
    const count = reload();
    logger.log(
      `The applications were read again: there ${count === 1 ? 'is one' : `are ${count}`}.`,
      'Gatehouse',
    );
  } catch (error) {
    logger.warn(`${reasonOf(error)} The applications from before stay in force.`, 'Gatehouse');
  }
}

async function reloadKeys(keys: DataKeys, reload: ReloadDataKeys, logger: GatehouseLogger): Promise<void> {
  try {
    const before = keys.current;
    await reload();
    const { ids, current } = keys;
    const first = current === before ? `${current} seals, as before` : `${current} seals now`;
    logger.log(`The data keys were read again: ${ids.join(', ')}; ${first}.`, 'Gatehouse');
  } catch (error) {
    logger.warn(`${reasonOf(error)} The data keys from before stay in use.`, 'Gatehouse');
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
