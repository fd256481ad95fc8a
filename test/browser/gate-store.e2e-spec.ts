import { DataSource } from 'typeorm';
import { OwnRedis } from '../support/own-redis.js';
import { whileAway } from './store-away.js';

whileAway({ kind: 'nginx', store: 'database', comes: 'Back in a moment' }, async () => ({
  environment: {},
  takeAway: ({ test }) => test.get(DataSource).destroy(),
  bringBack: ({ test }) => test.get(DataSource).initialize(),
  stop: async () => undefined,
}));

whileAway({ kind: 'caddy', store: 'Redis', comes: 'Sign in' }, async () => {
  const redis = await OwnRedis.start();
  return {
    environment: { REDIS_URL: redis.url },
    takeAway: () => redis.end(),
    bringBack: () => redis.startAgain(),
    stop: () => redis.stop(),
  };
});
