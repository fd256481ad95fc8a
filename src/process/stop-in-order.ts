import { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { type Duration, seconds } from '../kernel/durations.js';
import type { GatehouseLogger } from './logger.js';
import { OpenConnections } from './open-connections.js';

/** How long requests in flight get once no new connections are taken. */
const GRACE: Duration = seconds(10);

/** How long idle connections stay open then, where other nodes take over: more may be on its way on them. */
const IDLE_GRACE: Duration = seconds(2);

/** How long the stores get to close. */
const STORES_GRACE: Duration = seconds(2);

/** What else knows of the end. */
export interface StoppingParts {
  /** Told first of all: from then on `/health/ready` says 503. */
  readonly leave: () => void;
  /** Finishes what is under way elsewhere, such as mails. `hurry` ends the waiting. */
  readonly finish: (hurry: AbortSignal) => Promise<unknown>;
  /** Another server of this process, which goes on and ends as the application's own; null for none. */
  readonly beside: Server | null;
}

/**
 * On SIGTERM or SIGINT: says at `/health/ready` that it is leaving and goes on as before for `drainDelay`, so
 * that whoever sends people here learns of it; then takes no new connections, finishes what is in flight,
 * closes the stores, exits 0. What is not finished after 10 s is cut off. A second signal ends the waiting.
 * An error nobody caught ends the process the same way without waiting and with status 1: what state it left
 * is unknown, and a supervisor starts a clean one (ASVS 16.5.4).
 * @param parts what is told and finished beside the server's own connections.
 */
export function stopInOrder(app: INestApplication, logger: GatehouseLogger, parts: StoppingParts): void {
  const server: unknown = app.getHttpServer();
  if (!(server instanceof Server)) throw new TypeError('The application has no HTTP server.');
  const servers = parts.beside === null ? [server] : [server, parts.beside];
  const connections = servers.map(one => new OpenConnections(one));
  const { drainDelay } = app.get(AppConfig);
  const hurry = new AbortController();
  let stopping = false;
  let status = 0;

  const stop = async (reason: string): Promise<void> => {
    if (stopping) return hurry.abort();
    stopping = true;
    parts.leave();
    logger.log(`Stopping (${reason}): ${intention(hurry.signal.aborted ? 0 : drainDelay)}`, 'Gatehouse');
    await wait(drainDelay, undefined, { signal: hurry.signal }).catch(() => undefined);
    setTimeout(() => process.exit(1), GRACE + STORES_GRACE).unref();
    await Promise.all(connections.map(one => one.refuseNew()));
    logger.log('No new connections are taken any more.', 'Gatehouse');
    const idle = drainDelay === 0 ? 0 : IDLE_GRACE;
    // Together: a mail server that is slow to answer takes nothing from the time that requests get.
    await Promise.all([
      ...connections.map(one => one.end({ idle, whole: GRACE, hurry: hurry.signal })),
      parts.finish(hurry.signal),
    ]);
    await app.close().catch((error: unknown) => logger.error(error, 'Gatehouse'));
    process.exit(status);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      // Once: where it is the log that broke, telling of it breaks again, without an end.
      const first = status === 0;
      status = 1;
      if (first) reportCrash(error, logger);
      hurry.abort();
      void stop(event);
    });
  }
}

function reportCrash(error: unknown, logger: GatehouseLogger): void {
  const stack = error instanceof Error ? error.stack : null;
  logger.fatal({ event: 'sys_crash', reason: String(error), stack });
}

const intention = (delay: Duration): string =>
  delay === 0
    ? 'requests in flight are finished first.'
    : `not ready any more; requests are taken for another ${delay / seconds(1)} s.`;
