import fc from 'fast-check';
import { addressBlock } from './address-block.js';

describe('addressBlock', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['', 'unknown'],
    ['not an address', 'unknown'],
  ])('counts %s as %s', (ip, block) => expect(addressBlock(ip)).toBe(block));

  it('counts all of a /64 as one, however its addresses are written', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const write = (groups: number[], pad: boolean) =>
      groups.map(value => value.toString(16).padStart(pad ? 4 : 1, '0')).join(':');
    fc.assert(
      fc.property(
        fc.tuple(group, group, group, group),
        fc.array(group, { minLength: 8, maxLength: 8 }),
        (net, rest) => {
          const [a, b] = [rest.slice(0, 4), rest.slice(4)];
          expect(addressBlock(write([...net, ...a], false))).toBe(
            addressBlock(write([...net, ...b], true).toUpperCase()),
          );
        },
      ),
    );
  });
});
