import type { INestApplication } from '@nestjs/common';
import { DataKeys } from '../crypto/data-keys.js';
import { SecretRing } from '../crypto/secret-ring.js';
import type { GatehouseLogger } from './logger.js';

/** Reads the data keys again. @throws where they cannot be used; nothing has changed then. */
export type ReloadDataKeys = () => Promise<void>;

/**
 * On SIGHUP: reads the session secrets and the data keys again, so that they can be changed without a restart. Where
 * they cannot be used, those from before stay.
 */
export function reloadSecrets(
  app: INestApplication,
  logger: GatehouseLogger,
  reloadDataKeys: ReloadDataKeys,
): void {
  process.on('SIGHUP', () => {
    reloadSessionSecrets(app.get(SecretRing), logger);
    void reloadKeys(app.get(DataKeys), reloadDataKeys, logger);
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
