import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';

const FOLDER = fileURLToPath(new URL('../../views/mail/', import.meta.url));

/** The three parts of a mail that a template makes. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Values a template prints; each ends up on one line. */
export type MailModel = Readonly<Record<string, string | null>>;

/**
 * The mails of `views/mail`. A template is the text of the mail; its first line is the subject. The HTML part
 * is made of the same text, so the two cannot come to differ: blank lines part paragraphs, and a line that is
 * an address becomes a link.
 */
export class MailTemplates {
  private readonly templates = new Map<string, Handlebars.TemplateDelegate>();

  constructor(private readonly appName: string) {
    const handlebars = Handlebars.create();
    for (const file of readdirSync(FOLDER).filter(name => name.endsWith('.hbs'))) {
      const name = file.slice(0, -'.hbs'.length);
      const source = readFileSync(join(FOLDER, file), 'utf8');
      const template = handlebars.compile(source, { noEscape: true, knownHelpersOnly: true, strict: true });
      handlebars.registerPartial(name, template);
      this.templates.set(name, template);
    }
  }

  /** @throws where there is no such template, or a value it prints is missing. */
  render(name: string, model: MailModel): RenderedMail {
    const template = this.templates.get(name);
    if (template === undefined) throw new Error(`There is no mail ${JSON.stringify(name)} in views/mail/.`);
    const values = Object.entries(model).map(([key, value]) => [key, value === null ? null : oneLine(value)]);
    const written = template({ appName: this.appName, ...Object.fromEntries(values) });
    const [first = '', ...rest] = written.trim().split('\n');
    const text = `${rest.join('\n').trim()}\n`;
    return { subject: first.replace(/^Subject: /, ''), text, html: asHtml(text) };
  }
}

/** A name somebody chose must not start a paragraph or a header of its own. */
const oneLine = (value: string): string => value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

function asHtml(text: string): string {
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map(paragraph => {
      const lines = paragraph
        .split('\n')
        .map(line => (/^https?:\/\/\S+$/.test(line) ? link(line) : escape(line)));
      return `<p style="margin:0 0 1em">${lines.join('<br>')}</p>`;
    });
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><body style="margin:0;padding:24px;' +
    'font:16px/1.5 system-ui,sans-serif"><div style="max-width:34em;margin:0 auto">' +
    `${paragraphs.join('')}</div></body></html>`
  );
}

const link = (url: string): string => `<a href="${escape(url)}">${escape(url)}</a>`;

const escape = (text: string): string => Handlebars.escapeExpression(text);
