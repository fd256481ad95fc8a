import { whileAway } from './browser/store-away.js';
import { OwnPostgres } from './support/own-postgres.js';

whileAway({ kind: 'caddy', store: 'PostgreSQL', comes: 'Back in a moment' }, async () => {
  const postgres = await OwnPostgres.start();
  return {
    environment: { DATABASE_URL: postgres.url },
    takeAway: () => postgres.end(),
    bringBack: () => postgres.startAgain(),
    stop: () => postgres.stop(),
  };
});
