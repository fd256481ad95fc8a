import { methodsInWords } from './methods-in-words.js';

describe('how somebody signed in', () => {
  it.each([
    [['pwd'], 'your password'],
    [['pwd', 'otp'], 'your password and a code'],
    [['pwd', 'swk', 'user'], 'your password and a passkey'],
    [['hwk', 'user', 'mfa'], 'a passkey'],
    [['swk', 'user', 'mfa', 'otp'], 'a passkey and a code'],
    [['pwd', 'otp', 'hwk', 'user', 'mfa'], 'your password, a passkey and a code'],
  ] as const)('by %j is told as “%s”', (amr, words) => {
    expect(methodsInWords(amr)).toBe(words);
  });
});
