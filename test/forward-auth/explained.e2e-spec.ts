import fc from 'fast-check';
import { Catalogue } from '../../src/applications/catalogue.js';
import type { WrittenDown } from '../../src/applications/definition.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { digestOf } from '../../src/crypto/secret-token.js';
import { explain } from '../../src/forward-auth/explanation.js';
import { Gate } from '../../src/forward-auth/gate.js';
import type { Question } from '../../src/forward-auth/question.js';
import { Memberships } from '../../src/groups/memberships.js';
import { comingAgain } from '../support/come-again.js';
import { InsideApplications } from '../support/inside-applications.js';
import { enrol } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';

const GROUPS = ['red', 'blue'] as const;

const READS = ['GET', 'HEAD'];

const OPEN = [
  { prefix: '/', methods: READS },
  { prefix: '/public', methods: READS },
  { prefix: '/hooks', methods: ['POST', 'OPTIONS'] },
];

const rules: fc.Arbitrary<Partial<WrittenDown>> = fc
  .record({
    who: fc.constantFrom<Partial<WrittenDown>>(
      { groups: ['red'] },
      { groups: ['red', 'blue'] },
      { everybody: true },
      { everybody: true, includingRegistered: true },
    ),
    strength: fc.constantFrom(1 as const, 2 as const),
    openPaths: fc.subarray(OPEN),
    preflight: fc.constantFrom('deny' as const, 'pass' as const),
    tokens: fc.boolean(),
  })
  .map(({ who, ...rest }) => ({ ...who, ...rest }));

const questions: fc.Arbitrary<Question> = fc.record({
  origin: fc.oneof(
    { weight: 8, arbitrary: fc.constant('https://wiki.example.com') },
    fc.constantFrom('http://wiki.example.com', 'https://wiki.example.com:8443', 'https://else.example.com'),
  ),
  address: fc.constantFrom('/', '/public', '/public/a?b', '/publicity', '/public/%61', '/hooks', '/x'),
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS'),
  destination: fc.constant(null),
});

/** Who comes: by no session, by one of a password, by one of two factors, by a token, or as a browser that asks before it asks. */
const COMING = ['nobody', 'weak', 'strong', 'token', 'preflight'] as const;
type Coming = (typeof COMING)[number];

interface Situation {
  readonly rules: Partial<WrittenDown>;
  readonly question: Question;
  readonly coming: Coming;
  readonly groups: readonly string[];
  readonly disabled: boolean;
}

const situations: fc.Arbitrary<Situation> = fc.record({
  rules,
  question: questions,
  coming: fc.constantFrom(...COMING),
  groups: fc.subarray([...GROUPS]),
  disabled: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
});

/** One for each answer that there is. */
const TYPICAL: readonly (readonly [Coming, Partial<WrittenDown>, Partial<Question>])[] = [
  ['nobody', {}, {}],
  ['nobody', {}, { origin: 'https://else.example.com' }],
  ['weak', {}, {}],
  ['weak', { strength: 2 }, {}],
  ['weak', { groups: ['blue'] }, {}],
  ['weak', { groups: ['blue'], openPaths: OPEN }, {}],
  ['weak', { strength: 2, openPaths: OPEN }, {}],
  ['strong', { strength: 2, openPaths: OPEN }, {}],
  ['preflight', { preflight: 'pass' }, {}],
  ['token', { tokens: true }, {}],
];

const EXAMPLES = TYPICAL.map(([coming, wanted, asked]): [Situation] => [
  {
    rules: { groups: ['red'], ...wanted },
    question: {
      origin: 'https://wiki.example.com',
      address: '/',
      method: 'GET',
      destination: null,
      ...asked,
    },
    ...{ coming, groups: ['red'], disabled: false },
  },
]);

/** What people would take from the sentences. */
function understood(lines: readonly string[], coming: Coming): string {
  const says = (words: RegExp) => lines.some(line => words.test(line));
  if (says(/^Refused: /)) return 'no-application';
  if (coming === 'preflight' && says(/^A CORS preflight goes on/)) return 'open';
  return says(/is open to everybody/) ? atOpenPath(says, coming) : atClosedPath(says, coming);
}

type Says = (words: RegExp) => boolean;

function atOpenPath(says: Says, coming: Coming): string {
  // Nobody is to be told of two things, of which one is not so.
  expect(says(/led to|answered 401/)).toBe(false);
  if (coming === 'nobody' || coming === 'preflight') return 'open';
  if (coming === 'token') return says(/^A program with an access token/) ? 'enter' : 'open';
  const isNamed = says(/may enter:/) && !says(/it is not told who they are/);
  return isNamed || (says(/else it is not told who they are/) && coming === 'strong') ? 'enter' : 'open';
}

function atClosedPath(says: Says, coming: Coming): string {
  if (coming === 'nobody') return says(/^Without a session: .+ led to the sign-in/) ? 'sign-in' : '?';
  if (coming === 'preflight') return says(/^A CORS preflight.+ 401/) || !says(/CORS/) ? 'sign-in' : '?';
  if (coming === 'token') return says(/^A program with an access token/) ? 'enter' : 'refused';
  if (says(/is disabled/)) return 'sign-in';
  if (says(/may not enter:/)) return 'denied';
  if (!says(/may enter:/)) return '?';
  return says(/must have a second factor, else they are led/) && coming === 'weak' ? 'stronger' : 'enter';
}

describe.each(['open', 'closed'])('explain, where registration is %s', registration => {
  let test: TestApp;
  let inside: InsideApplications;
  const people = new Map<Coming, { readonly id: string; readonly credential: string }>();
  let kept: readonly { readonly table: string; readonly row: Record<string, unknown> }[];

  beforeAll(async () => {
    test = await TestApp.start({ REGISTRATION: registration });
    inside = new InsideApplications(test);
    for (const group of GROUPS) await test.putInto(group, await test.person(`in-${group}`));
    await inside.add('wiki', { everybody: true, includingRegistered: true });
    for (const [coming, username] of [
      ['weak', 'ada'],
      ['strong', 'bob'],
      ['token', 'eve'],
    ] as const) {
      const id = await test.person(username);
      const browser = coming === 'token' ? null : await test.signedIn(username);
      if (coming === 'strong' && browser !== null) await enrol(test, browser);
      const credential =
        browser === null ? await inside.token(id, 'wiki', 2) : await inside.enter(id, 'wiki');
      people.set(coming, { id, credential });
    }
    kept = (await Promise.all(['application_sessions', 'access_tokens'].map(rowsOf))).flat();
  });
  afterAll(() => test.close());

  const rowsOf = async (table: string) =>
    (await test.sql(`SELECT * FROM ${table}`)).map(row => ({ table, row }));

  /** What a rule or a group has taken from them: the gate is asked about who has it all the same. */
  async function putBack(): Promise<void> {
    for (const { table, row } of kept) {
      await test.sql(`DELETE FROM ${table} WHERE digest = $1`, [row['digest']]);
      const columns = Object.keys(row);
      const places = columns.map((_, index) => `$${index + 1}`).join();
      await test.sql(`INSERT INTO ${table} (${columns.join()}) VALUES (${places})`, Object.values(row));
    }
  }

  async function joinOnly(id: string, groups: readonly string[]): Promise<void> {
    const leave = GROUPS.filter(group => !groups.includes(group));
    const moves = { join: [...groups], leave };
    await comingAgain(() => test.get(Memberships).change(id, moves, localOrigin('test')));
  }

  async function answerTo(question: Question, coming: Coming): Promise<string> {
    const credential = people.get(coming)?.credential;
    const isToken = coming === 'token' && credential !== undefined;
    const { answer } = await test.get(Gate).answer({
      ...question,
      asker: 'page',
      isPreflight: coming === 'preflight',
      cookies: isToken || credential === undefined ? undefined : `__Host-gatehouse-app=${credential}`,
      token: isToken ? { digest: digestOf(credential), inAuthorization: true } : null,
    });
    return answer;
  }

  it('says what the gate answers, to whoever comes by whatever rules', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(situations, async ({ rules, question, coming, groups, disabled }) => {
        const person = people.get(coming);
        await inside.change('wiki', rules);
        if (person !== undefined) {
          await joinOnly(person.id, groups);
          const since = disabled ? 1 : null;
          await test.sql('UPDATE users SET disabled_at = $1 WHERE id = $2', [since, person.id]);
        }
        await putBack();
        // A browser that asks before it asks does so by this method.
        const asked = coming === 'preflight' ? { ...question, method: 'OPTIONS' } : question;
        const subject = { username: 'they', groups, disabled, lacksFactor: false };
        const lines = explain({
          question: asked,
          known: await test.get(Catalogue).current(),
          policy: { registrationOpen: registration === 'open' },
          subject: person === undefined ? null : subject,
          publicUrl: 'https://login.example.com',
        });
        const answer = await answerTo(asked, coming);
        seen.add(answer);
        // What is said is of people: how a token of theirs is refused is not.
        const isRefused = coming === 'token' && (answer === 'denied' || answer === 'sign-in');
        expect([lines, understood(lines, coming)]).toEqual([lines, isRefused ? 'refused' : answer]);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 80), examples: EXAMPLES },
    );
    expect([...seen].sort()).toEqual(['denied', 'enter', 'no-application', 'open', 'sign-in', 'stronger']);
  });
});
