import { createClient } from 'redis';
import { endOf } from '../../src/sessions/session-policy.js';
import type { Session } from '../../src/sessions/session-store.js';
import { activityText, textOf } from '../../src/sessions/session-text.js';
import type { Storage } from './storage.js';

/** Opens the Redis keys of a Gatehouse whose people are in a database. */
export async function openRedis(url: string, prefix: string, database: Storage): Promise<Storage> {
  const client = createClient({ url });
  await client.connect();
  const sessionKey = (idHash: string) => `${prefix}:session:${idHash}`;
  const indexKey = (userId: string) => `${prefix}:sessions-of:${userId}`;
  /** Sends all of them before it waits for the first answer. */
  const send = async (commands: readonly (readonly (string | number)[])[]): Promise<void> => {
    await Promise.all(commands.map(words => client.sendCommand(words.map(String))));
  };
  const inIndex = ({ userId, idHash }: Pick<Session, 'userId' | 'idHash'>, end: number, left: number) => [
    ['ZADD', indexKey(userId), 'GT', end, idHash],
    ['PEXPIRE', indexKey(userId), left],
  ];
  return {
    ...database,
    addSessions: sessions =>
      send(
        sessions.flatMap(session => {
          const left = endOf(session) - session.lastSeenAt;
          return [
            ...inIndex(session, endOf(session), left),
            ['SET', sessionKey(session.idHash), textOf(session, 0), 'PX', left],
          ];
        }),
      ),
    touch: (sessions, clocks) => {
      const end = clocks.idleExpiresAt ?? 0;
      const left = end - clocks.lastSeenAt;
      return send(
        sessions.flatMap(session => [
          ...inIndex(session, end, left),
          ['SETRANGE', sessionKey(session.idHash), 0, activityText(clocks)],
          ['PEXPIRE', sessionKey(session.idHash), left],
        ]),
      );
    },
    settle: async () => undefined,
    occupied: async () => {
      const memory = await client.info('memory');
      // Buffers of connections, this one's among them, come and go.
      return figureIn(memory, /^used_memory:(\d+)/m) - figureIn(memory, /^mem_clients_normal:(\d+)/m);
    },
    alone: async ({ idHash }) => ({
      what: 'MEMORY USAGE of one key',
      bytes: Number(await client.sendCommand(['MEMORY', 'USAGE', sessionKey(idHash)])),
    }),
    close: async () => {
      await client.close();
      await database.close();
    },
  };
}

const figureIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
