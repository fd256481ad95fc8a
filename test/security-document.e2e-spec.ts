import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { EVENT_NAMES } from '../src/audit/security-event.js';
import { readEnvironment } from '../src/config/read-environment.js';
import { FormPipe, MAX_FORM } from '../src/http/form-body.js';
import { PublicMark, RequireRecentSignIn } from '../src/http/access.js';
import { type Route, routesIn } from '../src/http/routes.js';
import { END_REASONS, ENDING_CHANGES } from '../src/sessions/sign-in-end.js';
import { durationInWords } from '../src/pages/time-in-words.js';
import { GATEHOUSE_ENTITIES, schema } from '../src/schema.js';
import { BUDGETS, type BudgetPolicy } from '../src/throttle/attempt-policy.js';
import { FORM_BUDGETS } from '../src/throttle/form-budget.js';
import { MAIL_BUDGETS } from '../src/throttle/mail-budget.js';
import { PASSWORD_MAX_LENGTH } from '../src/users/password-policy.js';
import { codeIn, documentText, sectionOf, tablesIn } from './support/document-tables.js';
import { sourceFiles } from './support/source-files.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import { getMetadataArgsStorage } from 'typeorm';

const PATH = 'docs/security.md';
const tableOf = (heading: string, index = 0) => tablesIn(sectionOf(PATH, heading))[index] ?? [];
const first = (row: readonly string[]) => row[0] ?? '';

let test: TestApp;
beforeAll(async () => {
  test = await TestApp.start();
  await test.person('ada', 'user', 'ada@example.org');
});
afterAll(() => test.close());

/** The document writes a day as hours. */
const inWords = (duration: number): string => durationInWords(duration).replace(/^1 day$/, '24 hours');

/** The routes of Gatehouse itself, but for those of a developing server. */
const routes = (): readonly Route[] =>
  routesIn(test.get(ModulesContainer)).filter(({ parts }) => parts[0] !== 'dev');
const addressOf = ({ parts }: Pick<Route, 'parts'>) => `/${parts.join('/')}`;

describe('docs/security.md', () => {
  it('has whole tables', () => {
    const tables = tablesIn(documentText(PATH));
    expect(tables.length).toBeGreaterThan(20);
    const ragged = tables.flatMap(rows => rows.filter(row => row.length !== rows[0]?.length));
    // A row may leave its last cells out, never have more than its heading.
    expect(ragged.filter(row => row.length > 12)).toEqual([]);
  });

  it('names files that are there', () => {
    const named = [...documentText(PATH).matchAll(/`((?:src|test|deploy)\/[\w./-]+\.\w+)`/g)];
    expect(named.length).toBeGreaterThan(20);
    const there = (path: string) => {
      try {
        return readFileSync(join(process.cwd(), path)).length > 0;
      } catch {
        return false;
      }
    };
    expect(named.map(([, path = '']) => path).filter(path => !there(path))).toEqual([]);
  });
});

describe('what ends a session', () => {
  it('is each reason that a sign-in can end for', () => {
    const documented = tableOf('What ends a session').flatMap(row => codeIn(first(row)));
    expect(documented.sort()).toEqual([...END_REASONS, ...ENDING_CHANGES].sort());
  });

  it('has no reason that nothing ends for', () => {
    const said = sourceFiles()
      .filter(({ path }) => !['sessions/sign-in-end.ts', 'audit/security-event.ts'].includes(path))
      .map(({ text }) => text);
    const unsaid = [...END_REASONS, ...ENDING_CHANGES].filter(
      reason => !said.some(text => text.includes(`'${reason}'`)),
    );
    expect(unsaid).toEqual([]);
  });
});

describe('what is in Redis', () => {
  it('is each key that a node makes', () => {
    const made = sourceFiles().flatMap(({ text }) =>
      [...text.matchAll(/redis\.key\('([^']+)'/g)].map(([, name = '']) => name),
    );
    expect(new Set(made).size).toBeGreaterThan(3);
    const rows = tablesIn(documentText('docs/operations.md')).flat();
    const documented = rows
      .map(row => /^`gatehouse:([^:`]+):[^`]+`$/.exec(first(row))?.[1])
      .filter(name => name !== undefined);
    expect(documented.sort()).toEqual([...new Set(made)].sort());
  });
});

describe('the fields of forms', () => {
  /** `POST /account/email`, `/forgot`: the second without the method. */
  const documented = () => {
    const fields = new Map<string, Set<string>>();
    let forms: readonly string[] = [];
    for (const [form = '', field = ''] of tableOf('Bodies and fields')) {
      if (form !== '') forms = addresses(codeIn(form));
      for (const one of forms) {
        const known = fields.get(one) ?? new Set();
        for (const name of codeIn(field)) known.add(name);
        fields.set(one, known);
      }
    }
    return fields;
  };
  const addresses = (codes: readonly string[]) => {
    let [base = ''] = codes.map(code => code.replace(/^POST /, ''));
    return codes.map(code => {
      const path = code.replace(/^POST /, '');
      // `/account/email/confirm`, `/cancel`: beside the one before.
      const beside = `${base.slice(0, base.lastIndexOf('/'))}${path}`;
      const known = routes().map(addressOf);
      const whole = known.includes(path) || !known.includes(beside) ? path : beside;
      base = whole;
      return whole;
    });
  };
  const fieldsOf = ({ controller, name }: Route): readonly string[] | null => {
    const parameters = Object.values(
      (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
        string,
        { pipes: unknown[] }
      >,
    );
    const pipe = parameters.flatMap(({ pipes }) => pipes).find(one => one instanceof FormPipe);
    if (pipe === undefined) return null;
    const { shape } = Reflect.get(pipe, 'schema') as { shape?: object };
    return Object.keys(shape ?? {}).sort();
  };

  it('are those of the schemas, to the name', () => {
    const known = documented();
    const forms = routes().filter(route => route.method === 'POST' && fieldsOf(route) !== null);
    expect(forms.length).toBeGreaterThan(12);
    const of = (route: Route) => [...(known.get(addressOf(route)) ?? [])].sort();
    expect(forms.map(route => [addressOf(route), of(route)])).toEqual(
      forms.map(route => [addressOf(route), fieldsOf(route)]),
    );
  });

  it('belong to forms that are there', () => {
    const there = new Set(
      routes()
        .filter(({ method }) => method === 'POST')
        .map(addressOf),
    );
    expect([...documented().keys()].filter(address => !there.has(address))).toEqual([]);
  });

  it('may be as long as it says', () => {
    const text = sectionOf(PATH, 'Bodies and fields');
    expect(text).toContain(`at most ${MAX_FORM / 1024} KiB`);
    expect(sectionOf(PATH, 'Passwords')).toContain(`to ${PASSWORD_MAX_LENGTH} characters`);
  });
});

describe('budgets', () => {
  const cellsOf = ({ free, firstDelay, longestDelay, memory }: BudgetPolicy) => [
    String(free),
    ...[firstDelay, longestDelay, memory].map(inWords),
  ];
  const said = (rows: readonly (readonly string[])[], begins: string) =>
    rows.find(row => first(row).startsWith(begins))?.slice(1, 5);

  it.each([
    ['what was typed as a name', BUDGETS['name-and-address']],
    ['address: one password', BUDGETS.address],
    ['account, from anywhere', BUDGETS.account],
    ['known device, or session', BUDGETS['known-device']],
  ])('of sign-ins are those of the code: %s', (begins, policy) => {
    expect(said(tableOf('Throttle'), begins)).toEqual(cellsOf(policy));
  });

  it('of passwords that rest are those of the code', () => {
    expect(said(tableOf('Throttle'), 'password of an account')?.[0]).toBe(String(BUDGETS.password.free));
  });

  it.each([
    ['mails to one mail address', MAIL_BUDGETS.to],
    ['mails asked for from one address', MAIL_BUDGETS.from],
    ['mails asked for by one account', MAIL_BUDGETS.by],
    ['usernames asked about at `/register`', FORM_BUDGETS['names-from']],
    ['usernames asked about with one mailed link', FORM_BUDGETS['names-of-link']],
    ['set-up codes that are wrong', FORM_BUDGETS['setup-code']],
  ])('of mails and forms are those of the code: %s', (begins, policy) => {
    expect(said(tableOf('Throttle', 1), begins)).toEqual(cellsOf(policy));
  });
});

describe('clocks', () => {
  it('are those of the configuration', () => {
    const { session } = readEnvironment({ DATA_DIR: test.dataDir }, { makes: false });
    const said = new Map(
      tableOf('Clocks').map(([clock = '', value = '', variable = '']) => [clock, `${value} ${variable}`]),
    );
    const { idle, lifetime, rememberMe, recentSignIn } = session;
    expect(said.get('idle')).toBe(`${durationInWords(idle)} \`SESSION_IDLE\``);
    expect(said.get('absolute')).toBe(`${inWords(lifetime)} \`SESSION_LIFETIME\``);
    expect(said.get('remembered')).toBe(`${durationInWords(rememberMe)}, no idle clock \`REMEMBER_ME\``);
    expect(said.get('recent sign-in')).toBe(`${durationInWords(recentSignIn)} \`RECENT_SIGN_IN\``);
  });
});

describe('who may do what', () => {
  interface Claim {
    readonly address: string;
    readonly method: string | null;
    readonly visitor: boolean;
    readonly recently: boolean;
  }
  const claims = (): readonly Claim[] =>
    tableOf('Who may do what').flatMap(([paths = '', visitor = '', user = '']) =>
      codeIn(paths)
        .filter(code => /^([A-Z]+ )?\//.test(code))
        .map(code => ({
          address: code.replace(/^[A-Z]+ /, ''),
          method: /^([A-Z]+) /.exec(code)?.[1] ?? null,
          visitor: visitor !== 'no',
          recently: user.includes('recent'),
        })),
    );
  /** The most exact claim wins: one of this method and address, then one that ends in `*` or `…`, then a page above. */
  const claimFor = (route: Route): Claim | null => {
    const address = addressOf(route);
    const fits = claims().filter(claim => {
      const stem = claim.address.replace(/(\*|…|\/…)$/, '');
      const isHere =
        address === claim.address || (stem !== claim.address && address.startsWith(stem.replace(/\/$/, '')));
      const isBelow = claim.address !== '/' && address.startsWith(`${claim.address}/`);
      return (isHere || isBelow) && (claim.method === null || claim.method === route.method);
    });
    const weight = ({ address: path, method }: Claim) =>
      (path === address ? 1000 : 0) + path.length + (method === null ? 0 : 500);
    return [...fits].sort((one, other) => weight(other) - weight(one))[0] ?? null;
  };
  const isPublic = ({ handler, controller }: Route) =>
    test.get(Reflector).getAllAndOverride(PublicMark, [handler, controller] as never) === true;
  const isRecent = ({ handler, controller }: Route) =>
    test.get(Reflector).getAllAndOverride(RequireRecentSignIn, [handler, controller] as never) !== undefined;

  it('tells of every route whether visitors may use it', () => {
    const all = routes();
    expect(all.length).toBeGreaterThan(50);
    const wrong = all.filter(route => claimFor(route)?.visitor !== isPublic(route));
    expect(wrong.map(route => `${route.method} ${addressOf(route)}`)).toEqual([]);
  });

  it('tells of every route whether it asks for a recent sign-in', () => {
    const wrong = routes().filter(route => !isPublic(route) && claimFor(route)?.recently !== isRecent(route));
    expect(wrong.map(route => `${route.method} ${addressOf(route)}`)).toEqual([]);
  });
});

describe('events', () => {
  it('are those of the list, each once', () => {
    const named = tableOf('Events').flatMap(row => codeIn(first(row)));
    expect([...named].sort()).toEqual([...EVENT_NAMES].sort());
  });
});

describe('cookies', () => {
  const documented = () =>
    tableOf('Cookies').flatMap(([names = '']) =>
      codeIn(names)
        .map(name => name.replace('__Host-', ''))
        .map(name => (name.startsWith('-') ? `gatehouse-link${name}` : name.replace(/HANDLE$/, ''))),
    );

  it('that are set stand in their table, with the attributes that it says', async () => {
    const visitor = test.visitor();
    const email = `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}org`;
    const lines = [
      ...(await visitor.post('/register', { username: 'u'.repeat(64), email, password: PASSWORD }))
        .setCookies,
      ...(await visitor.get(`/reset?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.get(`/verify?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.get(`/invite?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.get(`/not-me?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.signIn('ada', PASSWORD)).setCookies,
    ];
    const names = lines.map(line => line.slice(0, line.indexOf('=')));
    expect(new Set(names).size).toBeGreaterThanOrEqual(8);
    const known = documented();
    expect(
      names.filter(name => !known.some(one => (one.endsWith('-') ? name.startsWith(one) : name === one))),
    ).toEqual([]);
    // Over plain http without Secure; test/attacks/behind-tls has the others.
    expect(
      lines.filter(line => !/; Path=\/; HttpOnly; SameSite=Lax$/.test(line.replace(/; Expires=[^;]+/, ''))),
    ).toEqual([]);
    // ASVS 3.3.5: name and value together.
    expect(lines.filter(line => (line.split(';')[0] ?? '').length > 4096)).toEqual([]);
  });
});

describe('cryptography', () => {
  it('is what the code uses, and nothing else', () => {
    const used = sourceFiles().flatMap(({ text }) => [
      ...text.matchAll(
        /\b(createHash|createHmac|createCipheriv|createDecipheriv|hkdfSync|createSign|createVerify|pbkdf2\w*|scrypt\w*)\(\s*'([\w-]+)'/g,
      ),
    ]);
    const kinds = new Set(used.map(([, call = '', name = '']) => `${call} ${name}`));
    expect([...kinds].sort()).toEqual([
      'createCipheriv aes-256-gcm',
      'createDecipheriv aes-256-gcm',
      'createHash sha1',
      'createHash sha256',
      'createHmac sha1',
      'createHmac sha256',
      'hkdfSync sha256',
    ]);
    // Whatever else is taken from there would be another line of the table.
    const taken = sourceFiles().flatMap(({ text }) =>
      [...text.matchAll(/import (?!type)\{([^}]+)\} from 'node:crypto'/g)].flatMap(([, names = '']) =>
        names.split(',').map(name => name.trim()),
      ),
    );
    expect([...new Set(taken)].filter(name => !name.startsWith('type ')).sort()).toEqual([
      'createCipheriv',
      'createDecipheriv',
      'createECDH',
      'createHash',
      'createHmac',
      'createPrivateKey',
      'createSecretKey',
      'hash',
      'hkdfSync',
      'randomBytes',
      'randomUUID',
      'sign',
      'timingSafeEqual',
    ]);
    const what = tableOf('Cryptography').map(first).join('\n');
    for (const name of [
      'argon2id',
      'ECDSA on P-256 with SHA-256',
      'AES-256-GCM',
      'SHA-256',
      'SHA-1',
      'HMAC-SHA-1',
      'HMAC-SHA-256',
      'HKDF-SHA-256',
    ])
      expect(what).toContain(name);
    // SHA-1 has two uses, each in a file of its own: ASVS 11.4.1.
    const sha1 = sourceFiles().filter(({ text }) => /'sha1'/.test(text));
    expect(sha1.map(({ path }) => path).sort()).toEqual([
      'crypto/breach-digest.ts',
      'crypto/one-time-code.ts',
    ]);
    expect(sectionOf(PATH, 'Cryptography')).toContain('what\na quantum computer would break');
  });
});

describe('keys and secrets', () => {
  it('are told of every purpose that one is derived for', () => {
    const named = /\bPURPOSE = '([^']+)'|\.(?:for|first)\('([^']+)'\)|keyFor\(\w+, `([a-z ]+) \$/g;
    const purposes = sourceFiles().flatMap(({ text }) =>
      [...text.matchAll(named)].map(([, one, other, another]) => one ?? other ?? another ?? ''),
    );
    expect(new Set(purposes).size).toBeGreaterThan(12);
    // Mails of versions before data keys.
    const told = new Set([...codeIn(sectionOf(PATH, 'Keys and secrets')), 'mails']);
    expect([...new Set(purposes)].filter(purpose => !told.has(purpose))).toEqual([]);
  });
});

describe('personal data', () => {
  const tables = () =>
    getMetadataArgsStorage()
      .tables.filter(({ target }) => schema.entities.includes(target as never))
      .map(({ name }) => String(name));

  it('is said of every table', () => {
    expect(tables().length).toBeGreaterThan(10);
    const said = new Set(tableOf('Personal data').flatMap(row => codeIn(first(row))));
    expect(tables().filter(name => !said.has(name))).toEqual([]);
  });

  it('says of every column that holds text how it is protected (ASVS 14.1.2)', () => {
    const columns = getMetadataArgsStorage()
      .columns.filter(({ target }) => GATEHOUSE_ENTITIES.includes(target as never))
      .filter(({ options }) => options.type === 'text')
      .map(({ target, propertyName, options: { name } }) => {
        const table = getMetadataArgsStorage().tables.find(one => one.target === target)?.name;
        return { table: String(table), column: `${String(table)}.${name ?? propertyName}` };
      });
    expect(columns.length).toBeGreaterThan(80);
    const kinds = tablesIn(sectionOf(PATH, 'Personal data')).at(-1) ?? [];
    expect(kinds).toHaveLength(5);
    const said = kinds.map(([, names = '']) => codeIn(names));
    const kindsOf = ({ table, column }: (typeof columns)[number]) =>
      said.filter(names => names.includes(column) || names.includes(`${table}.*`)).length;
    expect(columns.filter(column => kindsOf(column) !== 1).map(({ column }) => column)).toEqual([]);
    const there = new Set(columns.flatMap(({ table, column }) => [column, `${table}.*`]));
    expect(said.flat().filter(name => !there.has(name))).toEqual([]);
  });

  it('holds no hint, no question, and no end of a password (ASVS 6.2.10, 6.4.2)', () => {
    const columns = getMetadataArgsStorage()
      .columns.filter(({ target }) => schema.entities.includes(target as never))
      .map(({ propertyName }) => propertyName);
    expect(columns.length).toBeGreaterThan(50);
    expect(
      columns.filter(name => /hint|question|answer(?!s?$)|password.*(expires|ends)/i.test(name)),
    ).toEqual([]);
  });
});

describe('what risky parts and old versions are promised', () => {
  it('names packages that are used', () => {
    const { dependencies } = JSON.parse(documentText('package.json')) as {
      dependencies: Record<string, string>;
    };
    const named = tableOf('Costly and risky parts').flatMap(row => codeIn(first(row)));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(name => !(name in dependencies))).toEqual([]);
  });

  it('says by when flaws are mended', () => {
    const [times = []] = tablesIn(sectionOf('SECURITY.md', 'How soon things are mended'));
    expect(times).toHaveLength(4);
    for (const [, here = '', reachable = ''] of times)
      expect([here, reachable]).toEqual([
        expect.stringMatching(/^\d+ days$/),
        expect.stringMatching(/^\d+ days$/),
      ]);
  });

  it('rests on packages that are locked by their hash, wherever they are fetched (ASVS 15.2.4)', () => {
    const { packages } = JSON.parse(documentText('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean }>;
    };
    const locked = Object.entries(packages).filter(
      ([path, { inBundle }]) => path !== '' && inBundle !== true,
    );
    expect(locked.length).toBeGreaterThan(300);
    expect(
      locked.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path),
    ).toEqual([]);
    const from = new Set(
      locked.map(([, { resolved = '' }]) => (URL.canParse(resolved) ? new URL(resolved).protocol : '')),
    );
    expect([...from].filter(one => one !== 'https:' && one !== '')).toEqual([]);
  });
});
