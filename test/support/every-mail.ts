/** Where the links of these mails lead. */
export const LINK = 'https://gate.example/reset?token=Zk3b1u0mN2yQe8cXw5rT7aVh4jLpS9dFgKi6oPqYxUo';
const FACTS = {
  when: '23 November 2026, 12:00 (Coordinated Universal Time, UTC+00:00)',
  where: '203.0.113.9',
  device: 'Firefox on Linux',
};

/** Every mail there is, with what it prints. */
export const EVERY_MAIL: Readonly<Record<string, Record<string, string | null>>> = {
  'account-closed': { name: 'Ada', link: null, ...FACTS },
  'confirm-address': { link: LINK },
  'email-change': { link: LINK },
  'email-change-requested': { name: 'Ada', link: LINK, ...FACTS },
  'email-changed': { name: 'Ada', link: LINK, ...FACTS },
  invite: { link: LINK },
  'new-device': { name: 'Ada', link: LINK, ...FACTS },
  'not-me-reset': { name: 'Ada', link: LINK },
  'password-changed': { name: 'Ada', link: LINK, ...FACTS },
  register: { link: LINK },
  'register-known': { name: 'Ada', username: 'ada', link: LINK },
  reset: { name: 'Ada', link: LINK },
};
