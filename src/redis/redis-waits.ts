import type { RedisNode } from '../config/app-config.js';
import { type Duration, seconds } from '../kernel/durations.js';

/** A command without an answer for this long means a server that is gone, also where the network does not say so. */
export const SILENCE: Duration = seconds(2);

/** How long connecting may take, with the first words after it: whoever falls silent between is never heard of again. */
export const CONNECTING: Duration = 2 * SILENCE;

/** How long to wait before the next attempt to connect: short, so that the server's return is noticed at once. */
export const AGAIN: Duration = 250;

/** How long a question may take that nothing depends on, or that others are asked as well. */
export const HURRY: Duration = seconds(1);

/** How often Sentinels are asked whether the primary is still the one that this node works with. */
export const LOOK_AGAIN: Duration = seconds(1);

/** How often an idle connection is asked whether it is still there. */
const PING: Duration = 500;

/** Commands that may wait for an answer; beyond it they are refused at once, so that memory stays bounded. */
const LONGEST_LINE = 20_000;

/** What every connection is told. The driver changes what it is given: each has options of its own. */
export const usualOptions = () => ({
  socket: {
    connectTimeout: SILENCE,
    socketTimeout: SILENCE,
    // Nobody aborts: with it Node listens to the socket's errors as long as there is one. The driver (5.12.1) listens to
    // the first alone, and where TLS reports two (an alert, then a reset) the second would end the process.
    signal: new AbortController().signal,
  },
  pingInterval: PING,
  // Nothing waits for a connection: whoever asks meanwhile is told at once that the store is unavailable.
  disableOfflineQueue: true,
  commandsQueueMaxLength: LONGEST_LINE,
});

/** Where a server is and how it is spoken to, in the driver's words. */
export const reaching = ({ host, port, tls, user, password, database }: RedisNode) => ({
  socket: tls ? ({ host, port, tls } as const) : { host, port },
  ...(user === null ? {} : { username: user }),
  ...(password === null ? {} : { password }),
  database,
});

/** What is being waited for, or an error where it does not come in time. @throws that error, or the work's. */
export async function within<T>(time: Duration, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${time} ms`)), time);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
