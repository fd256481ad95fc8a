import type { INestApplication } from '@nestjs/common';
import { SecretRing } from '../crypto/secret-ring.js';
import type { GatehouseLogger } from './logger.js';

/**
 * On SIGHUP: reads the session secrets again, so that they can be changed without a restart. Where they
 * cannot be used, those from before stay.
 */
export function reloadSecrets(app: INestApplication, logger: GatehouseLogger): void {
  const secrets = app.get(SecretRing);
  process.on('SIGHUP', () => {
    try {
      const [before] = secrets.all;
      secrets.reload();
      const { all } = secrets;
      const first = all[0] === before ? 'the first one, which signs, is the same' : 'another one signs now';
      logger.log(`The session secrets were read again: ${all.length} of them; ${first}.`, 'Gatehouse');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn(`${reason} The session secrets from before stay in use.`, 'Gatehouse');
    }
  });
}
