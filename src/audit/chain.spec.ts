import { macOf } from '../crypto/mac.js';
import { beginningMac, canonical, erasureMac, eventMac, personalDigest } from './chain.js';

const KEY = Buffer.alloc(32, 7);
const HEAD = { stream: 's', seq: 3, mac: 'm' };
const PERSONAL = { userId: 'u', session: null, ip: '192.0.2.7', userAgent: 'a', requestId: 'r' };
const EVENT = {
  ...{
    id: 'i',
    occurredAt: 1_795_000_000_000,
    event: 'user_updated',
    outcome: 'success',
    facts: '{"what":"name"}',
  },
  ...{ before: 'b', personal: 'p' },
};

describe('what a MAC of the chain is made of', () => {
  it('is a JSON array that says what it is for', () =>
    expect(canonical('event', ['a', 1, null, '', '"\\\n\u2028é'])).toBe(
      '["gatehouse audit 1: event","a",1,null,"","\\"\\\\\\n\u2028é"]',
    ));

  it('is another for every other list of values', () => {
    const lists = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['a,b', 'c'],
      ['a"', '"b', 'c'],
      ['abc'],
      ['abc', ''],
      ['abc', null],
      ['1'],
      [1],
      [null],
      ['null'],
      [],
    ];
    const made = lists.map(values => canonical('event', values));
    expect(new Set(made).size).toBe(lists.length);
    expect(made).not.toContain(canonical('erased', ['abc']));
  });

  it('stays as it is: what was written is verified a year later', () => {
    expect(personalDigest('salt', PERSONAL)).toBe(
      macOf('salt', '["gatehouse audit 1: personal","u",null,"192.0.2.7","a","r"]'),
    );
    expect(eventMac(KEY, HEAD, EVENT)).toBe(
      macOf(
        KEY,
        '["gatehouse audit 1: event","s",3,"b","i",1795000000000,"user_updated","success","{\\"what\\":\\"name\\"}","p"]',
      ),
    );
    expect(erasureMac(KEY, HEAD, 'closed:x')).toBe(
      macOf(KEY, '["gatehouse audit 1: erased","s",3,"m","closed:x"]'),
    );
    expect(beginningMac(KEY, HEAD)).toBe(macOf(KEY, '["gatehouse audit 1: begins","s",3,"m"]'));
  });

  it('is HMAC-SHA-256 (RFC 4231, test case 2)', () =>
    expect(macOf('Jefe', 'what do ya want for nothing?')).toBe(
      'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM',
    ));
});
