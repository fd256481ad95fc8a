import { isIP } from 'node:net';
import type { TrustedProxies } from './app-config.js';
import { type Parsed, parsedBy } from './connection-url.js';

/** `TRUST_PROXY`: whose `X-Forwarded-*` count. */
export const trustProxy = parsedBy(parseTrustProxy);

/** `GATE_PEERS`: who may ask at the gate, by address. */
export const gatePeers = parsedBy(parsePeers);

function parsePeers(text: string): Parsed<readonly string[]> {
  const parsed = parseTrustProxy(text);
  if ('wrong' in parsed) return parsed;
  return typeof parsed.value === 'object' ? { value: parsed.value } : { wrong: '' };
}

const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

function parseTrustProxy(text: string): Parsed<TrustedProxies> {
  if (/^[1-9]$/.test(text)) return { value: Number(text) };
  const parts = text.split(',').map(part => part.trim());
  return parts.every(part => NAMED.includes(part) || isAddressOrSubnet(part))
    ? { value: Object.freeze(parts) }
    : { wrong: '' };
}

function isAddressOrSubnet(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 && rest.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && +bits <= most))
  );
}
