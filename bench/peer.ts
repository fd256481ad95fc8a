import { join } from 'node:path';
import { CONNECTIONS } from './load.js';
import type { Cores } from './machine.js';
import { type Server, startServer } from './server.js';

/** Starts one of `peers/`. */
export const startPeer = (
  name: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
  cores: Cores = 'one',
) =>
  startServer({
    args: ['--import', 'tsx', `bench/peers/${name}.ts`],
    env,
    log: join(folder, `${name}.log`),
    cores,
  });

/** Signs in at a peer so many times, as somebody in a browser does. @returns the cookies. */
export async function signIns({ url }: Server, count: number): Promise<readonly string[]> {
  const cookies: string[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun++ < count) cookies.push(await signIn(url));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return cookies;
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/user`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'user1', password: 'mypassword' }),
  });
  await response.arrayBuffer();
  return response.headers
    .getSetCookie()
    .map(cookie => cookie.split(';', 1)[0])
    .join('; ');
}
