import fc from 'fast-check';
import { deviceInWords } from '../src/pages/device-words.js';
import { readCookie } from '../src/http/cookies.js';
import { loginPageFor, returnTo } from '../src/http/return-to.js';
import { durationInWords, timeView } from '../src/pages/time-in-words.js';
import { parseDuration } from '../src/kernel/durations.js';
import { readReport, readReports } from '../src/ops/csp-report.js';
import { addressBlock } from '../src/throttle/address-block.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { isGuessable } from '../src/users/password-blocklist.js';
import { foldName, parseUsername } from '../src/users/username.js';
import { loginKey } from '../src/users/users.service.js';
import { hostileText } from './support/hostile-text.js';

const ORIGIN = 'https://gatehouse.example';

const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });

describe('what reads text from outside never throws', () => {
  const READERS: Record<string, (text: string) => unknown> = {
    parseUsername,
    parseEmailAddress,
    foldName,
    loginKey,
    parseDuration,
    returnTo,
    loginPageFor,
    addressBlock,
    deviceInWords,
    readCookie: text => readCookie(text, 'gatehouse'),
    isGuessable: text => isGuessable(text.slice(0, 128), [text]),
  };

  it.each(Object.keys(READERS))('%s', async name => {
    await fc.assert(
      fc.asyncProperty(hostileText, async text => {
        await READERS[name]?.(text);
      }),
      { numRuns: 500 },
    );
  });

  it('and takes what is no text at all for nothing', () => {
    fc.assert(
      fc.property(anything, value => {
        expect(typeof value === 'string' || returnTo(value) === null).toBe(true);
        const { page, directive, blocked } = readReport(value);
        for (const part of [page, directive, blocked]) expect(part.length).toBeLessThanOrEqual(300);
        expect(() => readReports([value, value])).not.toThrow();
      }),
    );
  });
});

describe('a return-to', () => {
  it('always stays on this site, as the browser’s own parser sees it', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const address = returnTo(text);
        if (address === null) return;
        const target = new URL(address, `${ORIGIN}/login`);
        expect(target.origin).toBe(ORIGIN);
        expect(target.pathname + target.search).toBe(address);
        expect(address).toMatch(/^\/[^/\\\s]/);
        expect(address.length).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 5000 },
    );
  });

  it('survives the login page: what was asked for is what one comes back to', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const address = returnTo(`/x${path}?${query}`);
        if (address === null) return;
        const page = new URL(loginPageFor(address), ORIGIN);
        expect(returnTo(page.searchParams.get('return_to'))).toBe(page.search === '' ? null : address);
      }),
    );
  });
});

describe('a login', () => {
  it('is the same where a letter is written as a blank and a mark', () => {
    expect(foldName('\ufe74')).toBe(foldName(foldName('\ufe74')));
  });

  it('is the same however its letters are written', () => {
    fc.assert(
      fc.property(hostileText, text => {
        expect(foldName(foldName(text))).toBe(foldName(text));
        expect(foldName(` ${text}\n`)).toBe(foldName(text));
        const email = parseEmailAddress(text);
        if (email !== null) expect(parseEmailAddress(email.display)?.key).toBe(email.key);
      }),
    );
  });

  it.each([
    'admin\u034f',
    'ad\u115fmin',
    'admin\u3164',
    'admin\ufe0f',
    'ad\u00admin',
    'ad\u200dmin',
    '\u2060admin',
  ])('that looks like another one because a letter of it prints nothing is no username: %j', name => {
    expect(parseUsername(name)).toHaveProperty('problem');
  });

  it('that is a username is never an e-mail address', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.emailAddress()), text => {
        const isUsername = 'display' in parseUsername(text);
        expect(isUsername && text.includes('@')).toBe(false);
        expect(isUsername && parseEmailAddress(text) !== null).toBe(false);
      }),
    );
  });

  it('is found under the key it was stored with', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostileText, fc.emailAddress(), fc.string({ unit: 'grapheme', maxLength: 12 })),
        text => {
          const username = parseUsername(text);
          if ('key' in username) expect(loginKey(username.display)).toBe(username.key);
          const email = parseEmailAddress(text);
          if (email !== null) expect(loginKey(email.display)).toBe(email.key);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('words for times', () => {
  it('are there for every instant a clock can show', () => {
    const instant = fc.integer({ min: 0, max: 8.64e15 });
    fc.assert(
      fc.property(instant, instant, (at, now) => {
        expect(timeView(at, now).relative).toMatch(/^(just now|in \d+ \w+|\d+ \w+ ago)$/);
        expect(durationInWords(at)).toMatch(/^\d+ (second|minute|hour|day)s?$/);
      }),
    );
  });
});

describe('an address block', () => {
  it('is the same for all addresses of a /64, and another for its neighbour', () => {
    const group = fc.nat(0xffff).map(value => value.toString(16));
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 4, maxLength: 4 }),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        (net, host) => {
          const [first = '0', ...rest] = net;
          const neighbour = [(parseInt(first, 16) ^ 1).toString(16), ...rest];
          const block = addressBlock([...net, ...host].join(':'));
          expect(block).toBe(addressBlock([...net, '0', '0', '0', '1'].join(':')));
          expect(block).not.toBe(addressBlock([...neighbour, ...host].join(':')));
        },
      ),
    );
  });
});
