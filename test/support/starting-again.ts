import { again } from './come-again.js';

/** As node-postgres says it, of a connection that it makes, and of one that its pool waits for. */
const TOO_LATE = /due to connection timeout|timeout exceeded when trying to connect/;

/**
 * Starts what gives up where its database does not answer within two seconds: on a machine that is busy with something else that
 * may be too short for a connection, and then it is started again, as whoever runs it would.
 */
export const startingAgain = <T>(start: () => Promise<T>): Promise<T> =>
  again(start, error => TOO_LATE.test(String(error)));
