import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import Handlebars from 'handlebars';
import { type AccentShades, accentShades } from '../config/accent.js';
import type { AppConfig } from '../config/app-config.js';
import { PROJECT_ROOT } from '../config/project-root.js';
import { wrapped } from './wrapped-text.js';

/** Gatehouse's mails, and a team's: what is called the same in both is the team's. */
const FOLDERS = ['views/mail', 'views/app/mail'].map(folder => join(PROJECT_ROOT, folder));

/** The three parts of a mail that a template makes. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Values a template prints; each ends up on one line. */
export type MailModel = Readonly<Record<string, string | null>>;

/** What every mail may print beside its own values: the name of the site, and its colours. */
type Look = Pick<AppConfig, 'appName'> & Readonly<Record<'light' | 'dark', AccentShades>>;

/** One mail: each part is a template of its own. */
type MailTemplate = Readonly<Record<keyof RenderedMail, Handlebars.TemplateDelegate>>;

/**
 * The mails of `views/mail` and `views/app/mail`. The first line of a template is the subject. The rest is rendered twice, with the
 * partials of `html/` and with those of `text/`, so that the two parts say the same; what both share is in `parts/`.
 */
export class MailTemplates {
  private readonly look: Look;
  private readonly mails: ReadonlyMap<string, MailTemplate>;

  /** @throws where a template cannot be parsed. */
  constructor({ appName, accentColor }: Pick<AppConfig, 'appName' | 'accentColor'>) {
    this.look = { appName, ...accentShades(accentColor) };
    const [html, text] = [new Form('html', { noEscape: false }), new Form('text', { noEscape: true })];
    this.mails = new Map(
      templatesIn('').map(({ name, source }) => {
        const [first = '', ...rest] = source.split('\n');
        const body = rest.join('\n');
        const subject = text.compile(first.replace(/^Subject: /, ''));
        return [name, { subject, html: html.compile(body), text: text.compile(body) }];
      }),
    );
  }

  /** @throws where there is no such template, or a value it prints is missing. */
  render(name: string, model: MailModel): RenderedMail {
    const template = this.mails.get(name);
    if (template === undefined)
      throw new Error(`There is no mail ${JSON.stringify(name)} in views/mail/ or views/app/mail/.`);
    const values = Object.entries(model).map(([key, value]) => [key, value === null ? null : oneLine(value)]);
    const printed = { ...this.look, ...Object.fromEntries(values) };
    const subject = template.subject(printed);
    return {
      subject,
      text: wrapped(template.text(printed)),
      html: template.html({ ...printed, subject }),
    };
  }
}

/** A form that mails take, with its partials. */
class Form {
  private readonly handlebars = Handlebars.create();
  private readonly options;

  constructor(folder: string, { noEscape }: { readonly noEscape: boolean }) {
    this.options = { noEscape, knownHelpersOnly: true, strict: true, preventIndent: true };
    for (const { name, source } of [...templatesIn(folder), ...templatesIn('parts')])
      this.handlebars.registerPartial(name, this.compile(source));
  }

  compile(source: string): Handlebars.TemplateDelegate {
    return this.handlebars.compile(source, this.options);
  }
}

const templatesIn = (name: string) =>
  FOLDERS.map(folder => join(folder, name))
    .filter(existsSync)
    .flatMap(folder => readdirSync(folder).map(file => join(folder, file)))
    .filter(path => path.endsWith('.hbs'))
    .map(path => ({ name: basename(path, '.hbs'), source: readFileSync(path, 'utf8') }));

/** A name somebody chose must not start a paragraph or a header of its own. */
const oneLine = (value: string): string => value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
