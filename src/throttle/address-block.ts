import { isIPv4, isIPv6 } from 'node:net';

/**
 * The block an address is counted as: an IPv4 address by itself, also when it comes mapped into IPv6; the /64
 * of an IPv6 address, because whoever has one has all of them. What is no address counts as one block.
 */
export function addressBlock(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;
  if (isIPv4(mapped)) return mapped;
  const [plain = ''] = ip.split('%');
  return isIPv6(plain) ? `${groups(plain).slice(0, 4).join(':')}::/64` : 'unknown';
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groups(ip: string): readonly string[] {
  const [head = '', tail] = ip
    .replace(/\d+\.\d+\.\d+\.\d+$/, '0:0')
    .toLowerCase()
    .split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map(group => group.replace(/^0+(?=.)/, ''));
}
