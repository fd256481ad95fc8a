import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { tutorial } from './tutorial-app.js';

/** The tutorial with sessions in Redis, as the store's README sets it up. */
const client = createClient({ url: process.env['STORE_URL'] ?? '' });
await client.connect();

tutorial(new RedisStore({ client, prefix: `${process.env['STORE_PREFIX']}:` }));
