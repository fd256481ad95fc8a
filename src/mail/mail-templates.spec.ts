import { MailTemplates } from './mail-templates.js';

const templates = new MailTemplates('Harbour');
const LINK = 'https://gate.example/reset?token=abc';
const FACTS = { when: '2026-11-23 12:00 UTC', where: '203.0.113.9', device: 'Firefox on Linux' };

/** Every mail there is, with what it prints. */
const MAILS: Readonly<Record<string, Record<string, string | null>>> = {
  'account-closed': { name: 'Ada', link: null, ...FACTS },
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

describe.each(Object.entries(MAILS))('the mail %s', (name, model) => {
  const mail = templates.render(name, model);

  it('has a subject that names the site, and does not begin with the word', () => {
    expect(mail.subject).toContain('Harbour');
    expect(mail.subject).not.toMatch(/^Subject|[\r\n{}]/);
  });

  it('says why it came, or what to do if it was not asked for', () => {
    expect(mail.text).toMatch(/You get this mail because|If it was not you, do nothing/);
  });

  it('says the same in text and in HTML', () => {
    const entities: Record<string, string> = {
      amp: '&',
      lt: '<',
      gt: '>',
      quot: '"',
      '#x3D': '=',
      '#x27': "'",
    };
    const plain = mail.html
      .replaceAll(/<br>|<\/p>/g, '\n')
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll(/&([^;]+);/g, (_, entity: string) => entities[entity] ?? '?');
    expect(plain.trim()).toBe(mail.text.trim().replaceAll(/\n{2,}/g, '\n'));
  });

  it('links its address, and only that', () => {
    const hrefs = [...mail.html.matchAll(/href="([^"]+)"/g)].map(match => match[1]);
    expect(hrefs).toEqual(model['link'] ? [LINK.replaceAll('=', '&#x3D;')] : []);
  });

  it('asks no other host for anything', () => {
    expect(mail.html).not.toMatch(/<img|<script|<link|url\(|src=/i);
  });
});

describe('a value in a mail', () => {
  const render = (name: string) => templates.render('reset', { name, link: LINK });

  it.each(['\r\nBcc: eve@evil.test', '\n\nParagraph', '\u0000\u001b[31m', '\u2028two\u2029', '\u0085next'])(
    'stays on one line: %j',
    name => {
      const { subject, text } = render(`Ada${name}`);
      expect(subject).toBe(render('Ada').subject);
      expect(text.split(/[\r\n\u2028\u2029\u0085]/)).toHaveLength(render('Ada').text.split('\n').length);
      // eslint-disable-next-line no-control-regex -- that is what is looked for
      expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
    },
  );

  it('is no markup in HTML, and as it is in text', () => {
    const { html, text } = render('<b onclick="x">&amp;</b>');
    expect(html).not.toContain('<b ');
    expect(html).toContain('&lt;b onclick');
    expect(text).toContain('Hello <b onclick="x">&amp;</b>,');
  });

  it('is no template', () => {
    const { text } = render('{{link}} {{constructor}} {{> invite}}');
    expect(text).toContain('Hello {{link}} {{constructor}} {{> invite}},');
  });

  it('makes no link of an address in it', () => {
    const { html } = render('Ada https://evil.test/');
    expect(html).not.toContain('href="https://evil.test');
  });
});

describe('rendering', () => {
  it('fails where a value is missing, rather than to send a mail with a gap', () => {
    expect(() => templates.render('reset', { name: 'Ada' })).toThrow(/link/);
  });

  it.each(['no-such-mail', '../auth/login', '__proto__', 'constructor'])('knows no mail %s', name => {
    expect(() => templates.render(name, {})).toThrow('There is no mail');
  });
});
