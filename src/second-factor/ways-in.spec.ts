import { type Means, mayBeLeftWith, waysIn } from './ways-in.js';

const means = (password: boolean, factors: number, alone: number): Means => ({ password, factors, alone });

describe('waysIn', () => {
  it.each([
    ['a password', means(true, 0, 0), ['password']],
    ['a password and an authenticator app', means(true, 1, 0), ['password-and-factor']],
    ['a password and a passkey', means(true, 1, 1), ['password-and-factor', 'passkey']],
    ['a password, an app and a passkey', means(true, 2, 1), ['password-and-factor', 'passkey']],
    ['a passkey, and no password', means(false, 1, 1), ['passkey']],
    ['an app, and no password', means(false, 1, 0), []],
    ['an app and a passkey, and no password', means(false, 2, 1), ['passkey']],
    ['nothing', means(false, 0, 0), []],
  ])('of %s', (_, has, ways) => {
    expect(waysIn(has)).toEqual(ways);
  });

  it('never has the password alone beside a factor', () => {
    for (const factors of [1, 2, 20])
      for (const alone of [0, 1, factors])
        expect(waysIn(means(true, factors, alone))).not.toContain('password');
  });
});

describe('mayBeLeftWith', () => {
  it.each([
    ['a password', means(true, 0, 0), 'yes', 'last-factor'],
    ['a password and an app', means(true, 1, 0), 'yes', 'yes'],
    ['a passkey alone', means(false, 1, 1), 'yes', 'yes'],
    ['an app alone, with no password before it', means(false, 1, 0), 'last-way-in', 'last-way-in'],
    ['nothing', means(false, 0, 0), 'last-way-in', 'last-way-in'],
  ])('%s', (_, left, where, whereFactorIsAsked) => {
    expect([mayBeLeftWith(left, false), mayBeLeftWith(left, true)]).toEqual([where, whereFactorIsAsked]);
  });
});
