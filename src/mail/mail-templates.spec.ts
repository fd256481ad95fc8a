import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contrast } from '../config/accent.js';
import { PROJECT_ROOT } from '../config/project-root.js';
import { EVERY_MAIL as MAILS, LINK } from '../../test/support/every-mail.js';
import { MailTemplates } from './mail-templates.js';

const templates = new MailTemplates({ appName: 'Harbour', accentColor: '#004488' });
/** What somebody reads who is shown this HTML, on one line. */
function wordsOf(html: string): string {
  const entities: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#x3D': '=',
    '#x27': "'",
  };
  return html
    .replaceAll(/<(head|!--)[^]*?(\/head|--)>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&([^;]+);/g, (_, entity: string) => entities[entity] ?? '?')
    .replaceAll(/\s+/g, ' ');
}

it('every mail is told of here', () => {
  const there = readdirSync(join(PROJECT_ROOT, 'views/mail')).filter(name => name.endsWith('.hbs'));
  expect(there.map(name => name.slice(0, -'.hbs'.length)).sort()).toEqual(Object.keys(MAILS).sort());
});

describe.each(Object.entries(MAILS))('the mail %s', (name, model) => {
  const mail = templates.render(name, model);

  it('has a subject that names the site, does not begin with the word, and is the heading', () => {
    expect(mail.subject).toContain('Harbour');
    expect(mail.subject).not.toMatch(/^Subject|[\r\n{}]/);
    expect(mail.html).toMatch(new RegExp(`<h1 [^>]+>${mail.subject}</h1>`));
  });

  it('says why it came, or what to do if it was not asked for', () => {
    expect(mail.text).toMatch(/You get this mail because|If it was not you, do nothing/);
  });

  it('says the same in text and in HTML', () => {
    const words = wordsOf(mail.html);
    const paragraphs = mail.text.trim().split('\n\n');
    expect(paragraphs.length).toBeGreaterThan(2);
    // Labels end in a colon in the text alone, where nothing else tells them from what they are about.
    const missing = paragraphs.filter(paragraph => {
      const plain = paragraph.replaceAll(/^(When|Browser|IP address|.+(?=:\nhttp)):/gm, '$1');
      return plain.split(/\n(?=http)/).some(part => !words.includes(part.replaceAll(/\s+/g, ' ')));
    });
    expect(missing).toEqual([]);
  });

  it('has text in short paragraphs and lines, but for its link, and begins with a short one', () => {
    const lines = mail.text.split('\n');
    expect(lines[0]).toMatch(/^Hello( Ada)?,$/);
    expect(lines.filter(line => line.length > 69 && line !== LINK)).toEqual([]);
    expect(mail.text).not.toMatch(/\n{3}|[ \t]\n|^\s/);
    expect(mail.text).toMatch(/[^\n]\n$/);
  });

  it('has its address on a line of its own, as one button and once to copy, and no other', () => {
    const expected = model['link'] ? [LINK] : [];
    expect(mail.text.split('\n').filter(line => line.includes('://'))).toEqual(expected);
    const links = [...mail.html.matchAll(/<a ([^>]*)href="([^"]+)"/g)];
    expect([...new Set(links.map(([, , href]) => href?.replaceAll('&#x3D;', '=')))]).toEqual(expected);
    expect(mail.html.split('class="button"')).toHaveLength(expected.length + 1);
  });

  it('has what happened as rows of a table, each with its name', () => {
    const rows = [
      ...mail.html.matchAll(/<tr>\s*<th scope="row"[^>]*>([^<]+)<\/th>\s*<td[^>]*>([^<]+)<\/td>/g),
    ];
    const all = 'device' in model ? ['When', 'Browser', 'IP address'] : ['When'];
    const expected = 'when' in model ? all : [];
    expect(rows.map(([, label]) => label)).toEqual(expected);
  });

  it('asks no other host for anything', () => {
    expect(mail.html).not.toMatch(/<img|<script|<link|url\(|src=/i);
  });

  it('shows the mark and the name of the site', () => {
    expect(mail.html).toMatch(/class="mark"[^>]+border:5px solid #004488/);
    expect(wordsOf(mail.html).trim()).toMatch(/^Harbour /);
  });
});

describe('the colours of mails', () => {
  const { html } = templates.render('new-device', MAILS['new-device'] ?? {});

  it('are told for light and for dark, and the accent is the one that is set', () => {
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    const [light = '', dark = ''] = html.split(/(?<=prefers-color-scheme: dark[^]*?<\/style>)/).reverse();
    expect(light).toContain('background:#004488');
    expect(dark).toMatch(/\.button[^}]+background: #[0-9a-f]{6}/);
  });

  it.each([null, '#ffff00', '#000033'])('can be read whatever the accent is (%s)', accentColor => {
    const painted = new MailTemplates({ appName: 'Harbour', accentColor }).render(
      'new-device',
      MAILS['new-device'] ?? {},
    );
    const style = (one: RegExp) => one.exec(painted.html)?.[1] ?? '';
    const pairs = [
      [style(/<a href[^>]+;color:(#\w{6})/), style(/<a href[^>]+;background:(#\w{6})/)],
      [style(/class="link"[^>]+color:(#\w{6})/), '#ffffff'],
      [style(/class="muted"[^>]+color:(#\w{6})/), '#ffffff'],
      [style(/\.link \{ color: (#\w{6})/), style(/\.card \{ background: (#\w{6})/)],
      [style(/\.muted \{ color: (#\w{6})/), style(/\.card \{ background: (#\w{6})/)],
      [style(/\.button a \{[^}]+; color: (#\w{6})/), style(/\.button a \{ background: (#\w{6})/)],
    ];
    expect(
      pairs.map(([words = '', below = '']) => contrast(words, below)).filter(ratio => !(ratio >= 4.5)),
    ).toEqual([]);
  });

  it('are those of the pages', () => {
    const pages = readFileSync(join(PROJECT_ROOT, 'public/style.css'), 'utf8');
    const painted = [...html.matchAll(/(?:\.(?:page|card) \{ |"(?:page|card)"[^>]+)background: ?(#\w{6})/g)];
    expect(painted.length).toBeGreaterThanOrEqual(4);
    expect(painted.map(([, color = '']) => color).filter(color => !pages.includes(color))).toEqual([]);
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

  it('that is long does not make the first line long', () => {
    expect(render('Ada '.repeat(40)).text.split('\n')[0]?.length).toBeLessThan(70);
    expect(render('A'.repeat(100)).text).toMatch(/^Hello\nA{100},\n/);
  });
});

describe('rendering', () => {
  it('fails where a value is missing, rather than to send a mail with a gap', () => {
    expect(() => templates.render('reset', { name: 'Ada' })).toThrow(/link/);
    expect(() => templates.render('new-device', { name: 'Ada', link: LINK })).toThrow(/when/);
  });

  it.each(['no-such-mail', 'html/letter', 'facts', '../auth/login', '__proto__', 'constructor'])(
    'knows no mail %s',
    name => {
      expect(() => templates.render(name, {})).toThrow('There is no mail');
    },
  );
});
