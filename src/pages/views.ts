import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Express, Request } from 'express';
import Handlebars from 'handlebars';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import type { Assets } from './assets.js';
import { ConstantPages, type PageSecrets } from './constant-pages.js';
import { utcInWords } from './time-in-words.js';
import { fieldProblems } from './field-problems.js';
import type { FormOwners } from '../http/form-owners.js';
import { PartialInliner } from './inline-partials.js';
import { takeNotice } from '../http/next-page.js';
import { PROJECT_ROOT } from '../config/project-root.js';
import { pageHeaders } from '../http/security-headers.js';
import { refuseTaken, type ViewModel } from '../http/view-model.js';
import type { CurrentPerson } from '../kernel/principal.js';

const FOLDER = join(PROJECT_ROOT, 'views');

/** Mails are no pages: `src/mail/mail-templates.ts` reads them. */
const MAILS = [`mail${sep}`, join('app', 'mail', sep)];

/**
 * The Handlebars templates of `views/`. A template is named by its path without the ending
 * (`auth/login`); every template can be used as a partial of every other. In production all are compiled at the start,
 * so that a broken one stops it; otherwise each when it is first shown, and again when a file changes.
 */
export class Views {
  private templates: Templates | null = null;
  private readFor = '';

  constructor(
    private readonly assets: Assets,
    private readonly watch: boolean,
  ) {
    if (!watch) this.current().compileAll();
  }

  /** The HTML of a view. @throws where there is no such view. */
  render(name: string, model: ViewModel): string {
    return this.current().of(name)(model);
  }

  private current(): Templates {
    if (this.templates !== null && !this.watch) return this.templates;
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
      file => file.endsWith('.hbs') && !MAILS.some(folder => file.startsWith(folder)),
    );
    const state = files.map(file => `${file}:${statSync(join(FOLDER, file)).mtimeMs}`).join();
    if (this.templates === null || state !== this.readFor) this.templates = new Templates(files, this.assets);
    this.readFor = state;
    return this.templates;
  }
}

/** The templates of some files as they are at one moment, each parsed and compiled when it is first needed. */
class Templates {
  private readonly handlebars = Handlebars.create();
  private readonly files: ReadonlyMap<string, string>;
  private readonly parsed = new Map<string, hbs.AST.Program>();
  private readonly compiled = new Map<string, Handlebars.TemplateDelegate>();
  private readonly inliner = new PartialInliner({ get: name => this.parse(name) });

  constructor(files: readonly string[], assets: Assets) {
    this.files = new Map(files.map(file => [nameOf(file), file]));
    this.handlebars.registerHelper('asset', (name: string) => assets.url(name));
    for (const name of this.files.keys())
      this.handlebars.registerPartial(name, (...call: Parameters<Handlebars.TemplateDelegate>) =>
        this.of(name)(...call),
      );
  }

  /** @throws where there is no such template, or it is broken. */
  of(name: string): Handlebars.TemplateDelegate {
    const known = this.compiled.get(name);
    if (known !== undefined) return known;
    const program = this.parse(name);
    if (program === undefined) throw new Error(`There is no view ${JSON.stringify(name)} in views/.`);
    const template = this.handlebars.compile(this.inliner.inline(program), OPTIONS);
    this.compiled.set(name, template);
    return template;
  }

  compileAll(): void {
    for (const name of this.files.keys()) this.of(name);
  }

  private parse(name: string): hbs.AST.Program | undefined {
    const file = this.files.get(name);
    if (file === undefined) return undefined;
    const program = this.parsed.get(name) ?? Handlebars.parse(readFileSync(join(FOLDER, file), 'utf8'));
    this.parsed.set(name, program);
    return program;
  }
}

const OPTIONS = {
  knownHelpers: { asset: true },
  knownHelpersOnly: true,
  preventIndent: true,
  // Lines with nothing but a tag on them were taken out when the template was parsed.
  ignoreStandalone: true,
};

/** `auth/login` for `auth/login.hbs`. */
const nameOf = (file: string): string => file.slice(0, -'.hbs'.length).split(sep).join('/');

/**
 * Makes `response.render(view, model)` (and Nest's `@Render`) send a page: with the page's own
 * Content-Security-Policy and a fresh nonce for its script, and with what every page may show:
 * `appName`, `person` with `isAdmin`, `csrfToken` and `formOwner` (null for a visitor), `once` by which a form that comes
 * twice is known, and a `notice` left by the page before. In production a frozen model is rendered once for all visitors.
 */
export function installViews(app: Express, views: Views, config: AppConfig, owners: FormOwners): void {
  const constant = new ConstantPages();
  Object.defineProperty(app.response, 'render', {
    value(this: Express['response'] & { req: Request }, view: string, model: ViewModel = {}) {
      // Null says that a page shows nobody, whoever is signed in.
      refuseTaken(view, name => (model[name] ?? null) !== null);
      const nonce = randomText(16);
      const { principal, csrfToken, hasFrames } = this.req.gatehouse;
      const notice = takeNotice(this.req);
      const person = principal === null ? null : personView(principal.person);
      const formOwner = person === null ? null : owners.sealOf(person.id);
      const usual = {
        appName: config.appName,
        gated: config.gate !== null,
        person,
        csrfToken,
        formOwner,
        notice,
      };
      const render = (own: PageSecrets) =>
        views.render(view, { ...usual, ...own, ...model, ...fieldProblems(model) });
      const keeps = config.production && person === null && notice === null && constant.isConstant(model);
      const own = { nonce, once: randomText(16) };
      const html = keeps ? constant.page(model, own, render) : render(own);
      const kind = { secure: config.secure, hasFrames };
      for (const [header, value] of pageHeaders(nonce, kind)) this.setHeader(header, value);
      this.setHeader('Content-Type', 'text/html; charset=utf-8');
      this.setHeader('Content-Length', Buffer.byteLength(html));
      this.end(html);
    },
  });
}

/** A person as pages know them: views compare nothing, so what the role allows is said by flags. */
const personView = (person: CurrentPerson) => ({
  ...person,
  isAdmin: person.role === 'admin',
  factorReset: person.factorResetAt === null ? null : utcInWords(person.factorResetAt),
});
