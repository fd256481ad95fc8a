import { execFileSync } from 'node:child_process';
import { enterAll, WIKI } from './gate-visitors.js';
import { type House, openHouse } from './house.js';
import { CONNECTIONS } from './load.js';
import { freePort } from './server.js';
import type { Kind } from './storage/place.js';

/** How many people it has. */
export const PEOPLE = 1000;

/** A Gatehouse with one application, and somebody in it on each connection. */
export interface GatedHouse {
  readonly house: House;
  /** Where proxies ask. */
  readonly gate: string;
  /** `Cookie` headers on the application's host. */
  readonly cookies: readonly string[];
}

/** Starts one. */
export async function openGated(kind: Kind): Promise<GatedHouse> {
  const port = await freePort();
  const house = await openHouse({ people: PEOPLE, sessions: CONNECTIONS }, kind, {
    more: { GATE_LISTEN: `127.0.0.1:${port}` },
  });
  const add = [
    'dist/cli.js',
    'app',
    'add',
    'wiki',
    '--origin',
    WIKI,
    '--everybody',
    '--including-registered',
  ];
  const environment = {
    ...house.environment,
    NODE_ENV: 'production',
    ENV_FILE: 'none',
    PUBLIC_URL: 'http://localhost',
  };
  execFileSync(process.execPath, add, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { house, gate: `http://127.0.0.1:${port}/forward-auth/nginx`, cookies: await enterAll(house) };
}

/** Makes each request anew. */
export type Next = () => { readonly path?: string; readonly headers: Readonly<Record<string, string>> };

/** Asks with the cookies in turn. */
export const inTurn = (
  cookies: readonly string[],
  headers: Readonly<Record<string, string>>,
  path?: string,
): Next => {
  let turn = 0;
  const at = path === undefined ? {} : { path };
  return () => ({ ...at, headers: { ...headers, cookie: cookies[turn++ % cookies.length] ?? '' } });
};
