/** Where the links of these mails lead. */
export const LINK = 'https://gate.example/reset?token=Zk3b1u0mN2yQe8cXw5rT7aVh4jLpS9dFgKi6oPqYxUo';
const FACTS = {
  when: '23 November 2026, 12:00 (Coordinated Universal Time, UTC+00:00)',
  where: '203.0.113.9',
  device: 'Firefox on Linux',
};

/** When a reset of factors takes effect. */
const DUE = '24 November 2026, 12:00 (Coordinated Universal Time, UTC+00:00)';

/** Every mail there is, with what it prints. */
export const EVERY_MAIL: Readonly<Record<string, Record<string, string | null>>> = {
  'account-closed': { name: 'Ada', link: null, ...FACTS },
  'confirm-address': { link: LINK },
  'email-change': { link: LINK },
  'email-change-requested': { name: 'Ada', link: LINK, ...FACTS },
  'email-changed': { name: 'Ada', link: LINK, ...FACTS },
  'factor-added': { name: 'Ada', link: LINK, factor: 'an authenticator app', ...FACTS },
  'factor-refused': { name: 'Ada', link: LINK, factor: 'the passkey “Laptop”', ...FACTS },
  'factor-removed': { name: 'Ada', link: LINK, factor: 'an authenticator app', ...FACTS },
  'factor-reset-asked': { name: 'Ada', link: LINK, due: DUE, ...FACTS },
  'factor-reset-code': { name: 'Ada', code: 'abcde-fghjk-mnpqr-stvwx-yz012-3' },
  'factor-reset-done': { name: 'Ada', link: LINK, due: DUE, ...FACTS },
  'factor-reset-soon': { name: 'Ada', link: LINK, due: DUE, ...FACTS },
  invite: { link: LINK },
  'new-device': { name: 'Ada', link: LINK, ...FACTS },
  'not-me-reset': { name: 'Ada', link: LINK },
  'new-password-needed': { name: 'Ada', link: LINK },
  'password-rests': { name: 'Ada', link: LINK },
  'passkeys-moved': { name: 'Ada', link: LINK },
  'password-changed': { name: 'Ada', link: LINK, ...FACTS },
  'recovery-code-used': { name: 'Ada', link: LINK, factor: '6 are left', ...FACTS },
  'recovery-codes-made': { name: 'Ada', link: LINK, factor: '', ...FACTS },
  register: { link: LINK },
  'unconfirmed-notice': {
    what: 'The password of the account that has this address was changed.',
    when: FACTS.when,
    remedy: 'If it was not you, tell the people who run this site.',
  },
  'register-known': { name: 'Ada', username: 'ada', link: LINK },
  reset: { name: 'Ada', link: LINK },
  'codes-rest': { name: 'Ada', link: LINK, ...FACTS },
  'second-step-failed': { name: 'Ada', link: LINK, ...FACTS },
};
