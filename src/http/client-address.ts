import { isIP, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Whether what the hop at an address says of the one before it is believed. The connection itself is hop 0. */
export type Trusts = (address: string, hop: number) => boolean;

/** The longest text that can be an address: an IPv6 address with a zone, in brackets and with a port. */
const LONGEST = 80;

const WITH_PORT = /^([\d.]+):(\d{1,5})$/;
const BRACKETED = /^\[([^\]]+)\](?::(\d{1,5}))?$/;

/** Who asked, and what stood in the way of knowing it better. */
export interface ClientAddress {
  readonly ip: string;
  /** The entry that a trusted proxy wrote and nobody can read; null where there was none. */
  readonly unreadable: string | null;
}

/**
 * The address of whoever asked. Each trusted hop, from the connection on, is believed about the one before it,
 * whose entry is the next of `X-Forwarded-For` from the right. An entry that is no address (RFC 7239, section 6:
 * `unknown`, `_hidden`) is not skipped: what stands left of it may be anybody's. The address nearest to it
 * counts, unless hops are trusted by their number alone.
 */
export function clientAddress(connection: string, forwardedFor: string, trusts: Trusts): ClientAddress {
  let ip = readAddress(connection) ?? '';
  if (forwardedFor.trim() === '' || !trusts(ip, 0)) return { ip, unreadable: null };
  let unreadable: string | null = null;
  for (const [hop, entry] of forwardedFor.split(',').reverse().entries()) {
    const address = readAddress(entry.trim());
    if (address === null) unreadable ??= entry.trim();
    else ip = address;
    if (!trusts(address ?? '', hop + 1)) break;
  }
  return { ip, unreadable };
}

/**
 * An IP address in the one way this program writes it: without port, brackets and zone, IPv6 as RFC 5952 has it,
 * an IPv4 address that is mapped into IPv6 as IPv4. Proxies write `203.0.113.7:51234`, `[2001:db8::1]` and
 * `[2001:db8::1]:443` as well as the bare address. Null where the text is none of these.
 */
export function readAddress(text: string): string | null {
  if (text.length > LONGEST) return null;
  const bracketed = BRACKETED.exec(text);
  const [, host = text, port = '0'] = bracketed ?? WITH_PORT.exec(text) ?? [];
  if (Number(port) > 65_535 || isIP(host) === 0 || (bracketed !== null && !isIPv6(host))) return null;
  if (isIPv4(host)) return host;
  const [address = ''] = host.split('%');
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.)/, '');
}
