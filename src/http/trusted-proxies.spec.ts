import { trustedProxies } from './trusted-proxies.js';

describe('TRUST_PROXY', () => {
  it.each([
    ['loopback', '127.8.9.10', true],
    ['loopback', '::1', true],
    ['loopback', '::ffff:127.0.0.1', true],
    ['loopback', '128.0.0.1', false],
    ['linklocal', 'fe80::1%eth0', true],
    ['linklocal', '169.254.1.1', true],
    ['uniquelocal', '172.31.255.255', true],
    ['uniquelocal', '172.32.0.0', false],
    ['uniquelocal', 'fd00::1', true],
    ['10.0.0.0/24, 2001:db8::/32', '10.0.0.255', true],
    ['10.0.0.0/24, 2001:db8::/32', '2001:db8:ffff::1', true],
    ['10.0.0.0/24, 2001:db8::/32', '10.0.1.0', false],
    ['10.0.0.0/24, 2001:db8::/32', '2001:db9::1', false],
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', false],
    ['10.0.0.7', '::ffff:a00:7', true],
    ['::ffff:10.0.0.7', '10.0.0.7', true],
    ['::ffff:10.0.0.0/120', '10.0.0.7', true],
    ['::ffff:10.0.0.0/120', '10.0.1.7', false],
    ['::ffff:10.0.0.0/90', '10.0.0.7', false],
    ['::/0', '10.0.0.7', false],
    ['0.0.0.0/0', '10.0.0.7', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::1', '::1', true],
    ['::1', '::2', false],
    ['loopback', 'unknown', false],
    ['loopback', '', false],
    ['0.0.0.0/0', '10.0.0.7:80, evil', false],
  ])('%s: %s is trusted: %s', (setting, address, trusted) =>
    expect(trustedProxies(setting.split(', '))(address, 3)).toBe(trusted),
  );

  it('as a number trusts so many hops, whatever their addresses', () => {
    const trusts = trustedProxies(2);
    expect([0, 1, 2].map(hop => trusts('unknown', hop))).toEqual([true, true, false]);
  });

  it('that is not set trusts nobody', () => expect(trustedProxies(false)('127.0.0.1', 0)).toBe(false));
});
