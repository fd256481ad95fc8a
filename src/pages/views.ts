import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Express, Request } from 'express';
import Handlebars from 'handlebars';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import type { Assets } from './assets.js';
import { ConstantPages } from './constant-pages.js';
import type { FormOwners } from '../http/form-owners.js';
import { PartialInliner } from './inline-partials.js';
import { takeNotice } from '../http/next-page.js';
import { PROJECT_ROOT } from '../config/project-root.js';
import { pageHeaders } from '../http/security-headers.js';
import type { ViewModel } from '../http/view-model.js';

const FOLDER = join(PROJECT_ROOT, 'views');

/**
 * The Handlebars templates of `views/`. A template is named by its path without the ending
 * (`auth/login`); every template can be used as a partial of every other. Compiled once; while developing,
 * again when a file changes.
 */
export class Views {
  private templates = new Map<string, Handlebars.TemplateDelegate>();
  private compiledFor = '';

  constructor(
    private readonly assets: Assets,
    private readonly watch: boolean,
  ) {
    this.compile();
  }

  /** The HTML of a view. @throws where there is no such view. */
  render(name: string, model: ViewModel): string {
    if (this.watch) this.compile();
    const template = this.templates.get(name);
    if (template === undefined) throw new Error(`There is no view ${JSON.stringify(name)} in views/.`);
    return template(model);
  }

  private compile(): void {
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(file =>
      file.endsWith('.hbs'),
    );
    const state = files.map(file => `${file}:${statSync(join(FOLDER, file)).mtimeMs}`).join();
    if (state === this.compiledFor) return;
    const handlebars = Handlebars.create();
    handlebars.registerHelper('asset', (name: string) => this.assets.url(name));
    const parsed = new Map(
      files.map(file => [nameOf(file), Handlebars.parse(readFileSync(join(FOLDER, file), 'utf8'))] as const),
    );
    const inliner = new PartialInliner(parsed);
    const templates = new Map<string, Handlebars.TemplateDelegate>();
    for (const [name, program] of parsed) {
      const template = handlebars.compile(inliner.inline(program), OPTIONS);
      templates.set(name, template);
      handlebars.registerPartial(name, template);
    }
    this.templates = templates;
    this.compiledFor = state;
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
 * `appName`, `person`, `csrfToken` and `formOwner` (null for a visitor), and a `notice` left by the page before. In
 * production a frozen model is rendered once for all visitors.
 */
export function installViews(app: Express, views: Views, config: AppConfig, owners: FormOwners): void {
  const constant = new ConstantPages();
  Object.defineProperty(app.response, 'render', {
    value(this: Express['response'] & { req: Request }, view: string, model: ViewModel = {}) {
      const nonce = randomText(16);
      const { principal, csrfToken } = this.req.gatehouse;
      const notice = takeNotice(this.req);
      const person = principal?.person ?? null;
      const formOwner = person === null ? null : owners.sealOf(person.id);
      const usual = { appName: config.appName, person, csrfToken, formOwner, notice };
      const render = (own: string) => views.render(view, { ...usual, nonce: own, ...model });
      const keeps = config.production && person === null && notice === null && constant.isConstant(model);
      const html = keeps ? constant.page(model, nonce, render) : render(nonce);
      for (const [header, value] of pageHeaders(nonce, config.secure)) this.setHeader(header, value);
      this.setHeader('Content-Type', 'text/html; charset=utf-8');
      this.setHeader('Content-Length', Buffer.byteLength(html));
      this.end(html);
    },
  });
}
