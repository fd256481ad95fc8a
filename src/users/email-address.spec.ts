import { parseEmailAddress } from './email-address.js';

describe('an e-mail address', () => {
  it('keeps its form for mail and is compared without regard to case', () => {
    expect(parseEmailAddress(' Ada@X.org ')).toEqual({ display: 'Ada@x.org', key: 'ada@x.org' });
  });

  it.each([
    ['ada+gate@example.org', 'ada+gate@example.org'],
    ["o'neill@example.org", "o'neill@example.org"],
    ['zo\u00eb@b\u00fccher.example', 'zo\u00eb@xn--bcher-kva.example'],
    ['ada@mail.example.co.uk', 'ada@mail.example.co.uk'],
  ])('may be %j', (text, display) => {
    expect(parseEmailAddress(text)?.display).toBe(display);
  });

  it.each([
    '',
    'ada',
    'ada@',
    '@example.org',
    'ada@localhost',
    'ada@@example.org',
    'ada@example..org',
    'ada@-example.org',
    'ada@example.org.',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'a da@example.org',
    '.ada@example.org',
    'ada.@example.org',
    'a..da@example.org',
    'ada@example.org,eve@example.org',
    'ada@example.org\r\nBcc: eve@example.org',
    'ada\u0000@example.org',
    '"ada"@example.org',
    'Ada <ada@example.org>',
    'ada@exa\u200bmple.org\u202e',
    `${'a'.repeat(65)}@example.org`,
    `ada@${'a'.repeat(64)}.org`,
    `${'a'.repeat(60)}@${`${'b'.repeat(60)}.`.repeat(4)}org`,
  ])('may not be %j', text => {
    expect(parseEmailAddress(text)).toBeNull();
  });

  it('is the same in two Unicode forms', () => {
    expect(parseEmailAddress('zoe\u0308@example.org')?.key).toBe(
      parseEmailAddress('ZO\u00cb@example.org')?.key,
    );
  });
});
