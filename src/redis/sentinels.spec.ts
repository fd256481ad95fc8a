import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { RedisNode } from '../config/app-config.js';
import { redisClient } from './redis-client.js';
import { askSentinels } from './sentinels.js';

const NOWHERE: RedisNode = {
  ...{ host: '127.0.0.1', port: 1, tls: false },
  ...{ user: null, password: null, database: 0 },
};

const servers: Server[] = [];
afterAll(() => servers.forEach(server => server.close()));

/** What says `reply` to everything it is asked, as a Sentinel of that opinion would; null: nothing at all. */
async function saying(reply: string | null): Promise<RedisNode> {
  const server = createServer(socket => {
    socket.unref().on('error', () => undefined);
    if (reply !== null) socket.on('data', () => socket.write(reply));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { ...NOWHERE, port };
}
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const naming = (host: string, port = '1') => saying(`*2\r\n${bulk(host)}${bulk(port)}`);
/**
 * What they say. They have a second for it, in which a busy machine may not come to all of them: then they are asked again.
 * @param isSo what it looks like where everybody came in time.
 */
async function ask(isSo: RegExp, ...nodes: readonly Promise<RedisNode>[]): Promise<unknown> {
  const places = await Promise.all(nodes);
  for (let tries = 1; ; tries += 1) {
    const said = await askSentinels(places, 'login').catch((error: unknown) => error);
    if (tries === MOST_TRIES || isSo.test(said instanceof Error ? said.message : JSON.stringify(said)))
      return said;
  }
}
const MOST_TRIES = 10;
const AGREED = /"agreed":true/;
const NOT_AGREED = /"agreed":false/;
const at = (host: string) => ({ host, port: 1 });

describe('Sentinels', () => {
  it('are believed where more than half of them agree, whoever is first or says nothing', async () => {
    const cutOff = naming('10.0.0.1');
    expect(await ask(AGREED, cutOff, naming('10.0.0.2'), naming('10.0.0.2'))).toEqual({
      primary: at('10.0.0.2'),
      agreed: true,
    });
    expect(await ask(AGREED, saying(null), naming('10.0.0.2'), naming('10.0.0.2'))).toMatchObject({
      agreed: true,
    });
    expect(await ask(AGREED, naming('10.0.0.2'))).toMatchObject({ agreed: true });
  });

  it('are asked for want of better where too few answer, and are not agreed then', async () => {
    const gone = Promise.resolve(NOWHERE);
    expect(await ask(NOT_AGREED, gone, naming('10.0.0.2'), gone)).toEqual({
      primary: at('10.0.0.2'),
      agreed: false,
    });
    expect(await ask(NOT_AGREED, saying('$-1\r\n'), saying(null), naming('10.0.0.2'))).toMatchObject({
      agreed: false,
    });
  });

  it('that name none are said to, each with its reason', async () => {
    const each = /^its Sentinels name no primary \((?=.*none is called "login")(?=.*NOAUTH)(?=.*timeout)/i;
    const none = saying('*-1\r\n');
    const said = await ask(each, none, saying(null), saying('-NOAUTH Authentication required.\r\n'));
    expect(said).toBeInstanceOf(Error);
    expect((said as Error).message).toMatch(each);
  });

  /** Its Sentinel has a second as well, and is asked again where that was not enough. */
  const connecting = async (host: string, staysHere: boolean) => {
    const primary = { tls: false, user: null, password: null, database: 0 };
    const sentinel = { name: 'login', primary, staysHere };
    const nodes = [await naming(host)] as const;
    for (let tries = 1; ; tries += 1)
      try {
        return await redisClient({ nodes, sentinel, prefix: 'gatehouse' }).connect();
      } catch (error) {
        if (tries === MOST_TRIES || !/name no primary/.test(String(error))) throw error;
      }
  };

  it('may name an IPv6 address', async () => {
    await expect(connecting('::1', false)).rejects.toThrow(/ECONNREFUSED ::1:1/);
  });

  it('may name no other machine where nothing would be encrypted in production', async () => {
    await expect(connecting('10.0.0.1', true)).rejects.toThrow(/on another machine: use rediss\+sentinel:/);
    await expect(connecting('127.0.0.1', true)).rejects.toThrow(/ECONNREFUSED 127.0.0.1:1/);
  });
});
