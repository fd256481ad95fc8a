import type { BuiltServer } from '../support/built-server.js';
import { DEMO } from './doing.js';

/**
 * Adds somebody with the demo account's password and nothing else: what a test does to an account, no other test sees,
 * and no server has to start for it.
 */
export async function anotherPerson(server: BuiltServer, username: string): Promise<typeof DEMO> {
  await server.sql(`
    CREATE TEMPORARY TABLE somebody AS SELECT * FROM users WHERE username = '${DEMO.username}';
    UPDATE somebody SET id = '${username}', username = '${username}', username_key = '${username}',
      email = NULL, email_key = NULL;
    INSERT INTO users SELECT * FROM somebody;`);
  return { username, password: DEMO.password };
}
