import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import Handlebars from 'handlebars';
import { PartialInliner } from './inline-partials.js';
import { PROJECT_ROOT } from '../config/project-root.js';

const FOLDER = join(PROJECT_ROOT, 'views');
const OPTIONS = { knownHelpers: { asset: true }, knownHelpersOnly: true, preventIndent: true };
const time = { iso: '2026-11-23T12:00:00.000Z', exact: '2026-11-23 12:00 UTC', relative: 'just now' };

/** What any page may be given, so that every branch of every view is taken in one of them. */
const MODELS = [
  {},
  { error: 'No <b>way</b>', errors: { username: 'Taken & gone', password: 'Short', email: 'No address' } },
  {
    ...{
      appName: 'A&B',
      person: { username: 'ada', displayName: '<Ada>', email: 'a@b.test' },
      csrfToken: 'token',
    },
    ...{ notice: 'Done.', title: 'Title "x"', nonce: 'n', returnTo: '/x?a=1&b=2', remembering: '30 days' },
    ...{
      username: 'ada',
      demo: { username: 'user1', password: 'mypassword' },
      registers: true,
      refused: true,
    },
    ...{ signedInAt: time, idle: time, absolute: time, recent: time, others: true, register: true },
    ...{
      devices: [
        { publicId: 'p', isThis: true, device: 'Firefox', ip: '::1', signedInAt: time, lastSeenAt: time },
      ],
    },
    ...{
      events: [{ words: 'Signed in', at: time }],
      newer: 1,
      older: 3,
      choosesName: true,
      choosesPassword: true,
    },
    ...{
      mails: [{ to: 'a@b.test', subject: 's', text: 't', links: ['http://x/'] }],
      passwordHint: 'Long.',
      passwordMinLength: 15,
    },
  },
];

describe('partials written into the templates that call them', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('.hbs'),
  );
  const views = files.filter(file => !file.startsWith(`mail${sep}`));
  const sources = new Map(
    views.map(file => [file.slice(0, -4).split(sep).join('/'), readFileSync(join(FOLDER, file), 'utf8')]),
  );
  const parsed = new Map([...sources].map(([name, source]) => [name, Handlebars.parse(source)]));
  const inliner = new PartialInliner(parsed);
  const plain = Handlebars.create();
  plain.registerHelper('asset', (name: string) => `/assets/${name}`);
  for (const [name, source] of sources) plain.registerPartial(name, plain.compile(source, OPTIONS));

  it.each([...sources.keys()].filter(name => !/^(layouts|partials)\//.test(name)))(
    'make the same page of %s',
    name => {
      const called = plain.compile(sources.get(name) ?? '', OPTIONS);
      const inlined = plain.compile(inliner.inline(parsed.get(name) ?? Handlebars.parse('')), {
        ...OPTIONS,
        ignoreStandalone: true,
      });
      for (const model of MODELS) expect(inlined(model)).toBe(called(model));
    },
  );
});
