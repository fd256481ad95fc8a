import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { EVENT_NAMES } from '../src/audit/security-event.js';
import { readEnvironment } from '../src/config/read-environment.js';
import { FormPipe, MAX_FORM } from '../src/http/form-body.js';
import { CONNECT_PATIENCE, STATEMENT_PATIENCE } from '../src/database/postgres-options.js';
import { LONGEST_WAIT } from '../src/database/write-line.js';
import { LONGEST_HEAD } from '../src/http/longest-head.js';
import { days, minutes, seconds } from '../src/kernel/durations.js';
import { SMTP_WAITS } from '../src/mail/smtp-waits.js';
import { AGAIN, CONNECTING, HURRY, SILENCE } from '../src/redis/redis-waits.js';
import { MOST_PASSKEYS } from '../src/passkeys/passkeys.js';
import { MOST_TRIES } from '../src/second-factor/sign-in-steps.js';
import { MAX_SESSIONS } from '../src/sessions/session-policy.js';
import { PublicMark, RequireRecentSignIn } from '../src/http/access.js';
import { type Route, routesIn } from '../src/http/routes.js';
import { END_REASONS, ENDING_CHANGES } from '../src/sessions/sign-in-end.js';
import { durationInWords } from '../src/pages/time-in-words.js';
import { GATEHOUSE_ENTITIES, schema } from '../src/schema.js';
import { BUDGETS, type BudgetPolicy, delayAfter } from '../src/throttle/attempt-policy.js';
import { TOLD_AFTER } from '../src/throttle/lasting-counts.js';
import { FORM_BUDGETS } from '../src/throttle/form-budget.js';
import { MAIL_BUDGETS, MAIL_PURPOSES, type MailPurpose } from '../src/throttle/mail-budget.js';
import { PASSKEY_BUDGET } from '../src/throttle/passkey-budget.js';
import { PASSWORD_MAX_LENGTH } from '../src/users/password-policy.js';
import { codeIn, documentText, sectionOf, tablesIn } from './support/document-tables.js';
import { sourceFiles } from './support/source-files.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import { getMetadataArgsStorage } from 'typeorm';

const PATH = 'docs/security.md';
const tableOf = (heading: string, index = 0) => tablesIn(sectionOf(PATH, heading))[index] ?? [];
const first = (row: readonly string[]) => row[0] ?? '';

/** The value of a constant, as its file writes it: `2`, `64 * 1024`, `seconds(2)`. */
const constant = (file: string, name: string): number => {
  const value = String.raw`(?:const ${name}(?:: Duration)? =|${name}:) (?:(seconds|minutes)\()?([\d_.]+)(?: \* (\d+))?\)?[;,]`;
  const [, unit, number = '', times = '1'] =
    new RegExp(value).exec(readFileSync(join(process.cwd(), file), 'utf8')) ?? [];
  if (number === '') throw new Error(`${file} has no number ${name}.`);
  const counted = Number(number.replaceAll('_', '')) * Number(times);
  return unit === 'seconds' ? seconds(counted) : unit === 'minutes' ? minutes(counted) : counted;
};

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
  it('has tables, which test/documents holds to their headings', () => {
    expect(tablesIn(documentText(PATH)).length).toBeGreaterThan(20);
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

  it('say how long a stranger takes until a password rests, and how many guesses a day leaves', () => {
    const { account, password } = BUDGETS;
    /** How long after the first of so many guesses the last one comes. */
    const from = (first: number, guesses: number) =>
      Array.from({ length: guesses - first }, (_, index) => delayAfter(first + index, account)).reduce(
        (sum, delay) => sum + delay,
        0,
      );
    // In one go, or with pauses after which the account's own budget has forgotten them.
    const ways = Array.from({ length: 8 }, (_, pauses) => {
      const parts = Array.from({ length: pauses + 1 }, (__, part) =>
        Math.floor((password.free + part) / (pauses + 1)),
      );
      return pauses * account.memory + parts.reduce((sum, guesses) => sum + from(1, guesses), 0);
    });
    expect(Math.min(...ways)).toBeGreaterThan(days(2.5));
    expect(Math.min(...ways)).toBeLessThan(days(3));
    const text = sectionOf(PATH, 'Throttle').replaceAll(/\s+/g, ' ');
    expect(text).toContain('it takes a stranger more than two and a half days to get there');
    let guesses = 0;
    while (from(1, guesses + 1) < days(1)) guesses += 1;
    expect(text).toContain(`whoever signs in every day leaves ${guesses} guesses a day`);
  });

  it.each([
    ['account, from anywhere', BUDGETS['second-step']],
    ['address', BUDGETS['second-step-address']],
    ['known device, or session', BUDGETS['second-step-known-device']],
  ])('of second steps are those of the code: %s', (begins, policy) => {
    expect(said(tableOf('Second factor'), begins)).toEqual(cellsOf(policy));
  });

  it('of codes that rest are those of the code', () => {
    const { free } = BUDGETS['second-step-row'];
    expect(said(tableOf('Second factor'), 'codes of an account')?.[0]).toBe(String(free));
    const text = sectionOf(PATH, 'Second factor').replaceAll(/\s+/g, ' ');
    expect(text).toContain(`where ${TOLD_AFTER} codes were wrong in a row`);
    expect(text).toContain(`**After ${free} wrong codes in a row codes rest**`);
  });

  it('of a step are those of the code', () => {
    expect(sectionOf(PATH, 'Second factor')).toContain(`**Guesses**: ${MOST_TRIES} a step`);
  });

  it('of passkeys are those of the code', () => {
    const rows = new Map(tableOf('Passkeys').map(([what = '', so = '']) => [what, so]));
    const { free, firstDelay, longestDelay, memory } = PASSKEY_BUDGET;
    const first = `${free}, then ${firstDelay / 1000} s doubling to ${inWords(longestDelay)}`;
    expect(rows.get('guesses')).toContain(`${first}, for an address or a known device, forgotten after`);
    expect(rows.get('guesses')).toContain(`forgotten after ${inWords(memory)};`);
    expect(rows.get('most')).toBe(`${MOST_PASSKEYS} a person`);
  });

  it('of mails are told for each purpose of the code', () => {
    const IN_WORDS: Record<MailPurpose, string> = {
      reset: 'a reset',
      register: 'a registration',
      'register-again': 'its mail once more',
      'email-change': 'a change of address',
      'confirm-address': 'the confirmation of one',
      'factor-reset': 'the code after a reset of factors',
    };
    const [, purposes = ''] = /Purposes are: ([^.]+)\./.exec(sectionOf(PATH, 'Throttle')) ?? [];
    expect(purposes.replaceAll(/\s+/g, ' ').split(', ')).toEqual(Object.values(IN_WORDS));
    expect(Object.keys(IN_WORDS).sort()).toEqual([...MAIL_PURPOSES].sort());
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

describe('limits', () => {
  const KIB = 1024;
  const server = (name: string) => inWords(constant('src/http/fast-express.adapter.ts', name));
  const pace = {
    every: constant('src/throttle/refusal-pace.ts', 'EVERY'),
    atLeast: constant('src/throttle/refusal-pace.ts', 'AT_LEAST'),
  };
  const many = (number: number) => number.toLocaleString('en');
  const asIn = (file: string, name: string) => () => inWords(constant(file, name));
  const LIMITS: Record<string, () => string> = {
    'head of a request': () => `${LONGEST_HEAD / KIB} KiB, ${server('headersTimeout')}`,
    'whole request': () => server('requestTimeout'),
    'how late that can be noticed': () => server('connectionsCheckingInterval'),
    'requests of one network in nginx': () =>
      `${/limit_conn networks (\d+);/.exec(documentText('deploy/nginx.conf'))?.[1]} at once`,
    'form, JSON body': () =>
      `${MAX_FORM / KIB} KiB, ${constant('src/http/read-body.ts', 'MAX_JSON') / KIB} KiB`,
    'password attempts': () => 'see [throttle](#throttle)',
    'mails, usernames, set-up codes': () => 'see [throttle](#throttle)',
    'failures and refusals in the table': () => 'see [events](#events)',
    'password hashing waiting': () =>
      `about ${inWords(constant('src/crypto/password-hasher.ts', 'LONGEST_WAIT'))} of work`,
    'waiting for a turn to write': () => `${LONGEST_WAIT / 1000} seconds`,
    'refusals of the throttle told': () =>
      (pace.atLeast * 1000) / pace.every < 2000 ? 'a good 1,000 a second' : 'more',
    'sessions of a person': () => String(MAX_SESSIONS),
    'accounts a browser is known to': () =>
      String(constant('src/throttle/known-devices.ts', 'MOST_ACCOUNTS')),
    'reports of blocked content in the log': () =>
      `${constant('src/ops/csp-report.controller.ts', 'LOGGED_A_MINUTE')} a minute`,
    'reports of one body that are read': () => String(constant('src/ops/csp-report.ts', 'MOST_REPORTS')),
    'address of a request in an event': () => `${constant('src/http/remarks.ts', 'KEPT_OF_PATH')} characters`,
    'security events waiting for the table': () => many(constant('src/audit/audit-log.ts', 'LONGEST_LINE')),
    'look-ups of sessions in one statement': () =>
      many(constant('src/database/batched-look-up.ts', 'MAX_BATCH')),
    'events made nameless in a transaction': () => many(constant('src/audit/erase-events.ts', 'BATCH')),
    'events read for a page, a download': () =>
      `${constant('src/account/activity.controller.ts', 'PAGE_SIZE') + 1}, ${constant('src/audit/audit-trail.ts', 'BATCH')} at a time`,
    'wait for events on their way': asIn('src/audit/audit-log.ts', 'READERS_PATIENCE'),
    'links "this was not me", an address': () =>
      String(constant('src/credentials/one-time-tokens.ts', 'MOST_SIDE_BY_SIDE')),
    "wait for another process' write": asIn('src/database/while-locked.ts', 'PATIENCE'),
    'readiness check': asIn('src/ops/readiness.ts', 'PATIENCE'),
    'orderly stop': asIn('src/process/stop-in-order.ts', 'GRACE'),
  };

  it('are those of the code, and no others', () => {
    expect(tableOf('Limits').map(([what, limit]) => [what, limit])).toEqual(
      Object.entries(LIMITS).map(([what, limit]) => [what, limit()]),
    );
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
      ...(await visitor.insist('/register', { username: 'u'.repeat(64), email, password: PASSWORD }))
        .setCookies,
      ...(await visitor.get(`/reset?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.get(`/verify?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.get(`/invite?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.get(`/not-me?token=${'A'.repeat(43)}`)).setCookies,
      ...(await visitor.arrive('ada', PASSWORD)).setCookies,
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

describe('what it talks to', () => {
  const limits = (what: string): readonly string[] => {
    const row = tableOf('What it talks to').find(one => first(one).startsWith(what));
    return (row?.slice(2) ?? []).map(cell => cell.replaceAll('`', ''));
  };
  const inSeconds = (duration: number) => `${duration / 1000} s`;
  const inMinutes = (duration: number) => duration / minutes(1);

  it('has the limits and waits of the code', () => {
    const { database } = readEnvironment({ DATA_DIR: test.dataDir, DATABASE_URL: 'postgres://localhost/x' });
    const pool = database.kind === 'postgres' ? database.poolSize : 0;
    expect(limits('PostgreSQL')[0]).toBe(
      `DATABASE_POOL connections, ${pool} unless set; ${inSeconds(CONNECT_PATIENCE)} to get one, ` +
        `${inSeconds(STATEMENT_PATIENCE)} a statement`,
    );
    const line = constant('src/redis/redis-waits.ts', 'LONGEST_LINE').toLocaleString('en');
    expect(limits('Redis')).toEqual([
      `1 connection; ${inSeconds(CONNECTING)} to connect, ${inSeconds(SILENCE)} of silence, ${line} commands waiting; ` +
        `Sentinels: one a second, ${inSeconds(HURRY)} each`,
      `503; a new attempt to connect every ${inSeconds(AGAIN)}`,
    ]);
    const { connection, greeting, envelope, message } = SMTP_WAITS;
    expect(limits('the mail server')).toEqual([
      `${inSeconds(connection)} to connect; then RFC 5321's: ${inMinutes(greeting)} min for the greeting, ` +
        `${inMinutes(envelope)} for the envelope, ${inMinutes(message)} for a message`,
      `again after a minute, doubling to an hour, ${constant('src/mail/mail-delivery.ts', 'MOST_ATTEMPTS')} times`,
    ]);
  });
});

describe('keys and secrets', () => {
  it('say of each when it is changed, and what to do where it leaked', () => {
    const secrets = tableOf('Keys and secrets');
    expect(secrets.length).toBeGreaterThan(15);
    expect(secrets.filter(row => row.length !== 5 || row.some(cell => cell.length < 4))).toEqual([]);
    // Each variable that may hold a secret has its line.
    const where = secrets.flatMap(row => codeIn(row[1] ?? ''));
    const variables = [
      'SESSION_SECRET',
      'SESSION_SECRET_FILE',
      'DATA_KEY_FILE',
      'DATABASE_URL',
      'REDIS_URL',
      'SMTP_URL',
    ];
    expect(variables.filter(variable => !where.includes(variable))).toEqual([]);
  });

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
