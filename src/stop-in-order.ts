import { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { seconds } from './kernel/durations.js';
import type { GatehouseLogger } from './logger.js';

/** How long requests in flight get. */
const GRACE = seconds(10);

/**
 * On SIGTERM or SIGINT: takes no new connections, finishes what is in flight, closes the database, exits 0.
 * What is not finished after 10 s is cut off. An error nobody caught ends the process the same way with
 * status 1: what state it left is unknown, and a supervisor starts a clean one (ASVS 16.5.4).
 */
export function stopInOrder(app: INestApplication, logger: GatehouseLogger): void {
  let stopping = false;
  const server: unknown = app.getHttpServer();
  const sockets = server instanceof Server ? connectionsOf(server) : new Set<Socket>();
  const stop = async (reason: string, status: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.log(`Stopping (${reason}): requests in flight are finished first.`, 'Gatehouse');
    const drain = setInterval(() => {
      if (server instanceof Server) server.closeIdleConnections();
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    }, 50);
    setTimeout(() => server instanceof Server && server.closeAllConnections(), GRACE).unref();
    setTimeout(() => process.exit(1), GRACE + seconds(2)).unref();
    await app.close().catch((error: unknown) => logger.error(error, 'Gatehouse'));
    clearInterval(drain);
    process.exit(status);
  };
  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({
        event: 'sys_crash',
        reason: String(error),
        stack: error instanceof Error ? error.stack : null,
      });
      void stop(event, 1);
    });
  }
}

/** The open connections. Node does not count one as idle that a browser has opened and not used yet. */
function connectionsOf(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}
