import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { TrustedProxies } from '../config/app-config.js';
import { readAddress, type Trusts } from './client-address.js';

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Whom `TRUST_PROXY` names: nobody, so many hops, or addresses and subnets. */
export function trustedProxies(setting: TrustedProxies): Trusts {
  if (setting === false) return () => false;
  if (typeof setting === 'number') return (_, hop) => hop < setting;
  // One list a family: a single one would find IPv4 addresses in the IPv6 subnets that hold them mapped.
  const lists: Lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const part of setting.flatMap(name => NAMED[name] ?? [name])) add(lists, part);
  return address => {
    const ip = readAddress(address) ?? '';
    return isIPv4(ip) ? lists.ipv4.check(ip, 'ipv4') : isIPv6(ip) && lists.ipv6.check(ip, 'ipv6');
  };
}

type Lists = Readonly<Record<'ipv4' | 'ipv6', BlockList>>;

/** Addresses are compared as `readAddress` has them, so an IPv4 subnet that is written mapped into IPv6 is one of IPv4. */
function add({ ipv4, ipv6 }: Lists, subnet: string): void {
  const [written = '', bits] = subnet.split('/');
  const net = readAddress(written) ?? '';
  const length = bits === undefined ? null : Number(bits);
  if (isIPv4(written)) ipv4.addSubnet(net, length ?? 32, 'ipv4');
  else if (isIPv4(net) && (length ?? 128) >= 96) ipv4.addSubnet(net, (length ?? 128) - 96, 'ipv4');
  else ipv6.addSubnet(written.split('%')[0] ?? '', length ?? 128, 'ipv6');
}
