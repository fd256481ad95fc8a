import { MOST_TRIES } from './come-again.js';

/**
 * Starts what gives up where its database does not answer within two seconds: on a machine that is busy with something else that
 * may be too short for a connection, and then it is started again, as whoever runs it would.
 */
export async function startingAgain<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await start();
    } catch (error) {
      if (!/timeout/.test(String(error)) || tries === MOST_TRIES) throw error;
    }
}
