import { adviceOn } from './ways-in-words.js';

const person = { email: 'ada@example.org', emailConfirmedAt: 1 };
const lossOf = (codes: number, factors: number, alone: number, password = true) => {
  const own = {
    means: { password, factors, alone },
    codes,
    person,
    mustHave: false,
    isAsked: factors > 0,
    mails: true,
  };
  return adviceOn(own).find(({ sentence }) => sentence.startsWith('If you lose'));
};

describe('what is left of somebody’s ways in once one is lost', () => {
  it.each([
    ['an app alone', 0, 1, 0, 'If you lose your phone, nothing is left to sign in with'],
    ['an app and codes', 6, 1, 0, 'If you lose your phone: 6 recovery codes.'],
    ['an app, codes and a passkey', 6, 2, 1, 'If you lose your phone: 6 recovery codes, or your passkey.'],
    ['an app and two passkeys', 0, 3, 2, 'If you lose your phone: one of your passkeys.'],
    ['a passkey alone', 0, 1, 1, 'If you lose your passkey, nothing is left to sign in with'],
    ['a passkey and a code', 1, 1, 1, 'If you lose your passkey: one recovery code.'],
    ['two passkeys and codes', 9, 2, 2, 'If you lose your passkey: 9 recovery codes, or another passkey.'],
  ])('of %s', (_, codes, factors, alone, words) => {
    expect(lossOf(codes, factors, alone)?.sentence).toContain(words);
  });

  it('of somebody without a password names no codes, which go beside one', () => {
    expect(lossOf(9, 2, 1, false)?.sentence).toContain('nothing is left');
    expect(lossOf(9, 2, 2, false)?.sentence).toBe('If you lose your passkey: another passkey.');
  });

  it('of somebody who has no factor is nothing', () => {
    expect(lossOf(0, 0, 0)).toBeUndefined();
  });
});

describe('how somebody signs in', () => {
  it.each([
    [false, 0, 'You have no second factor yet'],
    [true, 2, 'None of your second factors works here: you sign in with your password and a recovery code.'],
    [true, 0, 'None of your second factors works here, and you have no recovery code'],
  ])(
    'who has no factor that works here, where one is asked of them: %s, with %i codes',
    (isAsked, codes, words) => {
      const means = { password: true, factors: 0, alone: 0 };
      const [first] = adviceOn({ means, codes, person, mustHave: true, isAsked, mails: true });
      expect(first).toMatchObject({ wanting: true });
      expect(first?.sentence).toContain(words);
    },
  );
});
