import type { DataSourceOptions } from 'typeorm';
import type { RedisConfig } from '../config/app-config.js';
import { explainDatabase, isForOperator } from '../database/explain-database.js';
import { explainRedis } from '../redis/explain-redis.js';
import { RedisUnavailable } from '../redis/redis-replies.js';

/** An error of a store, as a sentence for the operator; any other one as it is. */
export function explainStores(
  error: unknown,
  database: DataSourceOptions,
  redis: RedisConfig | null,
): unknown {
  if (error instanceof RedisUnavailable && redis !== null) return explainRedis(error, redis);
  return isForOperator(error) ? explainDatabase(error, database) : error;
}
