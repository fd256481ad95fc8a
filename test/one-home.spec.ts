import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { parsed, type SourceFile, sourceFiles } from './support/source-files.js';

const VIEWS = join(PROJECT_ROOT, 'views');
const PUBLIC = join(PROJECT_ROOT, 'public');
const files = sourceFiles();
const pathsWhere = (is: (file: SourceFile) => boolean) => files.filter(is).map(({ path }) => path);

/** Packages that one folder or file knows, and nothing else does. */
const HOMES: readonly (readonly [packages: string, name: RegExp, home: RegExp])[] = [
  ['express-session', /^express-session$/, /^sessions\/express-session\.adapter\.ts$/],
  ['Passport', /^(passport|passport-local|@nestjs\/passport)$/, /^auth\//],
  ['argon2', /^@node-rs\/argon2$/, /^crypto\/argon2-worker\.cjs$/],
  ['threads', /^(piscina|(node:)?worker_threads)$/, /^crypto\/password-hasher\.ts$/],
  // The first secrets of an installation are made before there is anything else; a static file has no secrets.
  [
    'node:crypto',
    /^(node:)?crypto$/,
    /^(crypto\/|config\/(session-secrets|data-key-file|made-once)\.ts$|pages\/assets\.ts$)/,
  ],
  ['Handlebars', /^handlebars$/, /^(pages\/(views|inline-partials)|mail\/mail-templates)\.ts$/],
  ['what verifies passkeys', /^@simplewebauthn\/server/, /^passkeys\/webauthn\.ts$/],
  ['PostgreSQL’s driver', /^pg$/, /^database\//],
  ['Redis’ client', /^redis$/, /^redis\//],
  ['other programs and code made of text', /^(node:)?(child_process|vm)$/, /^nowhere$/],
  // Nothing that a visitor sends can make the server ask another one. The command line asks those an operator has named.
  [
    'other servers',
    /^(nodemailer|undici|axios|got|node-fetch|(node:)?https)$/,
    /^(mail\/|cli\/live\/ask\.ts$)/,
  ],
];

/** Where somebody arrives: after a password, a second step, a passkey, or by a mailed link and the password with it. */
const ARRIVALS = [
  'auth/after-password.adapter.ts',
  'auth/complete-sign-in.ts',
  'links/at-once.adapter.ts',
  'passkeys/enter-by-passkey.ts',
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
    expect(door).toEqual(['auth/front-door.adapter.ts']);
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

  it('programs made of text: nowhere, in the browser neither', () => {
    const made = /\beval\(|\bFunction\(|\bset(Timeout|Interval)\(\s*['"`]|\bimport\(\s*(?!['"])/;
    expect(pathsWhere(({ text }) => made.test(text))).toEqual([]);
    const scripts = readdirSync(PUBLIC).filter(name => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(1);
    expect(scripts.filter(name => made.test(readFileSync(join(PUBLIC, name), 'utf8')))).toEqual([]);
  });

  it('expressions made of text: nowhere', () => {
    expect(pathsWhere(({ text }) => /\bRegExp\(/.test(text))).toEqual([]);
  });

  it('chance: the operating system’s generator alone', () => {
    expect(pathsWhere(({ text }) => /\bMath\.random\b|\bgetRandomValues\b/.test(text))).toEqual([]);
    expect(pathsWhere(({ text }) => /\brandom(Bytes|Int|UUID|FillSync)\(/.test(text)).sort()).toEqual([
      'config/data-key-file.ts',
      'config/made-once.ts',
      'config/session-secrets.ts',
      'crypto/aes-gcm.ts',
      'crypto/random.ts',
    ]);
  });

  it('comparing secrets: one function, which takes as long wherever they differ', () => {
    expect(pathsWhere(({ text }) => /\btimingSafeEqual\(/.test(text))).toEqual(['crypto/secret-token.ts']);
    // Anything else than null, an outcome or a number: the other one is a secret, too.
    const compared =
      /\b\w*(token|secret|seal|signature|csrf|code|ticket)s? [!=]==? (?!null|undefined|['"\d])/i;
    // Whether the list of secrets is still the same list.
    expect(pathsWhere(({ text }) => compared.test(text))).toEqual(['sessions/express-session.adapter.ts']);
  });

  it('beginning a session: every way to one is a line of "Ways to sign in"', () => {
    const calling = (call: RegExp) => pathsWhere(({ text }) => call.test(text)).sort();
    expect(calling(/\blife\.begin\(/)).toEqual(['auth/entrance.ts']);
    expect(calling(/\bentrance\.enter\(/)).toEqual(['auth/arrivals.ts']);
    expect(calling(/\barrivals\.\w+\(/)).toEqual(ARRIVALS);
    // By confirming, by changing factors, and by changing the password: of who is signed in.
    expect(calling(/\bentrance\.renew\(/)).toEqual([
      'account/change-own-password.ts',
      'auth/change-factors.ts',
      'auth/confirm-password.ts',
    ]);
    expect(calling(/\binsertRows\(manager, ApplicationSession,/)).toEqual([
      'forward-auth/application-sessions.ts',
    ]);
    expect(calling(/\bsessions\.begin\(manager\b/)).toEqual(['forward-auth/tickets.ts']);
    expect(calling(/\binsertRows\(\w+, AccessToken,|\binsert\(AccessToken\b/)).toEqual([
      'forward-auth/access-tokens.ts',
    ]);
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

describe('other servers', () => {
  it('are asked by one command alone, and where mails are handed over', () => {
    expect(pathsWhere(({ text }) => /\bfetch\(/.test(text))).toEqual([]);
    expect(pathsWhere(({ text }) => /\bnew (WebSocket|EventSource|XMLHttpRequest)\b/.test(text))).toEqual([]);
    const calling =
      /import (?!type)[^;]*\b(request|get|connect|createConnection)\b[^;]* from '(node:)?(https?|http2|net|tls)'/;
    // ASVS 15.3.2: these of Node's follow no redirect, as `fetch` would.
    // Nobody else's is the socket of `GATE_LISTEN`, at which a start looks whether it is taken, and says nothing.
    const callers = pathsWhere(({ text }) => calling.test(text));
    expect(callers.sort()).toEqual(['cli/live/ask.ts', 'forward-auth/gate-place.ts']);
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
    expect(readers).toEqual(['http/access.ts']);
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
