import type { AuthenticationMethod } from '../kernel/principal.js';

/** "a passkey", "your password and a code": how somebody signed in, as it stands behind "with". */
export function methodsInWords(amr: readonly AuthenticationMethod[]): string {
  const shown = WORDS.filter(([methods]) => methods.some(method => amr.includes(method)));
  const words = shown.map(([, word]) => word);
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(part => part !== '').join(' and ');
}

const WORDS: readonly (readonly [methods: readonly AuthenticationMethod[], word: string])[] = [
  [['pwd'], 'your password'],
  [['hwk', 'swk'], 'a passkey'],
  [['otp'], 'a code'],
];
