import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { parsed, type SourceFile, sourceFiles } from './support/source-files.js';

const VIEWS = join(PROJECT_ROOT, 'views');
const files = sourceFiles();
const pathsWhere = (is: (file: SourceFile) => boolean) => files.filter(is).map(({ path }) => path);

/** Packages that one folder or file knows, and nothing else does. */
const HOMES: readonly (readonly [packages: string, name: RegExp, home: RegExp])[] = [
  ['express-session', /^express-session$/, /^sessions\/express-session\.adapter\.ts$/],
  ['Passport', /^(passport|passport-local|@nestjs\/passport)$/, /^auth\//],
  ['argon2', /^@node-rs\/argon2$/, /^crypto\/argon2-worker\.mjs$/],
  ['threads', /^(piscina|(node:)?worker_threads)$/, /^crypto\/password-hasher\.ts$/],
  // The first secrets of an installation are made before there is anything else; a static file has no secrets.
  [
    'node:crypto',
    /^(node:)?crypto$/,
    /^(crypto\/|config\/(session-secrets|data-key-file|made-once)\.ts$|pages\/assets\.ts$)/,
  ],
  ['Handlebars', /^handlebars$/, /^(pages\/(views|inline-partials)|mail\/mail-templates)\.ts$/],
  ['the batched look-up', /^dataloader$/, /^database\/batched-look-up\.ts$/],
  ['PostgreSQL’s driver', /^pg$/, /^database\//],
  ['Redis’ client', /^redis$/, /^redis\//],
  ['other programs and code made of text', /^(node:)?(child_process|vm)$/, /^nowhere$/],
  // Nothing that a visitor sends can make the server ask another one.
  ['other servers', /^(nodemailer|undici|axios|got|node-fetch|(node:)?https)$/, /^mail\//],
];

describe('every thing has one home', () => {
  it.each(HOMES)('%s', (_, name, home) => {
    const users = pathsWhere(({ packages }) => packages.some(used => name.test(used)));
    expect(users.filter(path => !home.test(path))).toEqual([]);
  });

  it('signing in and out', () => {
    const door = pathsWhere(
      file => callsOf(file, ['logIn', 'logOut', 'login', 'logout'], /\breq(uest)?$/i).length > 0,
    );
    expect(door).toEqual(['auth/front-door.ts']);
  });

  it('deleting people, with all that has to be promised along with it', () => {
    expect(pathsWhere(({ text }) => /\bdelete\(User\b|DELETE FROM users/.test(text))).toEqual([
      'credentials/delete-person.ts',
    ]);
  });

  it('giving somebody an address, which always says whether it is known to be theirs', () => {
    const writers = files.filter(({ text }) => /\bemail: .+,\s+emailKey: /.test(text));
    expect(writers.map(({ path }) => path).sort()).toEqual([
      'credentials/compromise.ts',
      'registration/confirm-email-change.ts',
      'users/new-user.ts',
      // Read there, not written.
      'users/sign-in-look-up.ts',
    ]);
    expect(writers.filter(({ text }) => !/\bemailKey: .+,\s+emailConfirmedAt\b/.test(text))).toEqual([]);
  });

  it('the form of a cookie', () => {
    expect(pathsWhere(({ text }) => /SameSite=/i.test(text))).toEqual(['http/cookies.ts']);
  });

  it('lists of all keys in Redis: nowhere', () => {
    expect(pathsWhere(({ text }) => /'(KEYS|H?SCAN|ZSCAN|SSCAN)'/.test(text))).toEqual([]);
  });

  it('raw HTML: nowhere, in no program and in no view', () => {
    expect(pathsWhere(({ text }) => /\bSafeString\b/.test(text))).toEqual([]);
    const views = readdirSync(VIEWS, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.hbs'),
    );
    expect(views.length).toBeGreaterThan(10);
    const raw = views.filter(name => /\{\{\{|\{\{~?&/.test(readFileSync(join(VIEWS, name), 'utf8')));
    expect(raw).toEqual([]);
  });
});

describe('sentences that people see', () => {
  it('stand in a view or in the words of a capability, never in a controller or a guard', () => {
    // What a team builds is written as they like.
    const ours = files.filter(({ folder }) => folder !== 'app');
    const translators = ours.filter(({ path }) => /\.(controller|guard)\.ts$/.test(path));
    expect(translators.length).toBeGreaterThan(15);
    expect(translators.flatMap(sentencesIn)).toEqual([]);
  });
});

describe('routes are closed by default', () => {
  it('because both guards stand in front of every controller of the application', () => {
    const module = files.find(({ path }) => path === 'auth/auth.module.ts');
    for (const guard of ['CrossSiteGuard', 'SignedInGuard'])
      expect(module?.text).toContain(`{ provide: APP_GUARD, useClass: ${guard} }`);
  });

  it('because one file alone knows what is public', () => {
    const readers = pathsWhere(({ text }) => /\bPublicMark\b/.test(text));
    expect(readers.sort()).toEqual(['auth/signed-in.guard.ts', 'http/access.ts']);
  });

  it('because a mark opens one route, never a whole controller', () => {
    const controllers = files.filter(({ path }) => path.endsWith('.controller.ts'));
    expect(controllers.length).toBeGreaterThan(5);
    const open = controllers.filter(file => classMarks(file).includes('Public'));
    expect(open.map(({ path }) => path)).toEqual([]);
  });

  it('because controllers alone make routes', () => {
    const direct = /\b(app|adapter|router|server)\.(get|post|put|patch|delete|all|route)\(\s*['"`/]/;
    expect(pathsWhere(({ text }) => direct.test(text))).toEqual([]);
    const elsewhere = pathsWhere(
      ({ path, text }) => /@Controller\(/.test(text) && !path.endsWith('.controller.ts'),
    );
    expect(elsewhere).toEqual([]);
  });
});

/** Marks on the classes of a file. */
const classMarks = (file: SourceFile): string[] =>
  parsed(file)
    .statements.filter(ts.isClassDeclaration)
    .flatMap(node => ts.getDecorators(node) ?? [])
    .map(({ expression }) =>
      (ts.isCallExpression(expression) ? expression.expression : expression).getText(),
    );

/** Texts of a file that are sentences: a capital letter, a full stop, and something between them. */
function sentencesIn(file: SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const text = node.getText().slice(1, -1);
      if (/^\s*[A-Z“].{10,}[.?!]\s*$/s.test(text)) found.push(`${file.path}: ${text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed(file));
  return found;
}

/** Calls such as `request.logIn(…)`, on a thing that is called so. */
function callsOf(file: SourceFile, names: readonly string[], on: RegExp): string[] {
  if (!names.some(name => file.text.includes(`.${name}(`))) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      if (names.includes(name.text) && on.test(expression.getText())) found.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed(file));
  return found;
}
