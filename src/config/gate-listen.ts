import { isAbsolute } from 'node:path';
import { type Parsed, parsedBy } from './connection-url.js';

/** Where the question of proxies is answered: a port of an address, or a Unix socket. */
export type GateListen = { readonly host: string; readonly port: number } | { readonly socket: string };

/** `GATE_LISTEN`: `4001`, `127.0.0.1:4001`, `[::1]:4001` or `/run/gatehouse/gate.sock`. A port alone is loopback's. */
export const gateListen = parsedBy(parseGateListen);

function parseGateListen(text: string): Parsed<GateListen> {
  // Longer ones no system takes.
  if (isAbsolute(text)) return text.length < 100 ? { value: Object.freeze({ socket: text }) } : { wrong: '' };
  const [, bracketed, plain, digits = text] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d+)$/i.exec(text) ?? [];
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Infinity;
  if (port > 65_535) return { wrong: '' };
  return { value: Object.freeze({ host: bracketed ?? plain ?? '127.0.0.1', port }) };
}
