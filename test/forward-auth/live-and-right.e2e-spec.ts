import fc from 'fast-check';
import { localOrigin } from '../../src/audit/security-event.js';
import { Applications } from '../../src/applications/applications.js';
import { Definition } from '../../src/applications/definition.js';
import { Gate } from '../../src/forward-auth/gate.js';
import { Tickets } from '../../src/forward-auth/tickets.js';
import { Memberships } from '../../src/groups/memberships.js';
import { hours, minutes } from '../../src/kernel/durations.js';
import { SignIns } from '../../src/sessions/sign-ins.js';
import { comingAgain } from '../support/come-again.js';
import { TestApp } from '../support/test-app.js';

const PEOPLE = ['ada', 'bob'] as const;
const GROUPS = ['red', 'blue'] as const;
const ORIGINS = ['https://one.example.com', 'https://two.example.com'] as const;

type Step =
  | { readonly do: 'sign in' | 'end' | 'disable' | 'enable'; readonly who: 0 | 1 }
  | { readonly do: 'join' | 'leave'; readonly who: 0 | 1; readonly group: 0 | 1 }
  | { readonly do: 'enter'; readonly who: 0 | 1; readonly at: 0 | 1 }
  | { readonly do: 'rule'; readonly at: 0 | 1; readonly groups: readonly (0 | 1)[]; readonly hours: number }
  | { readonly do: 'remove'; readonly at: 0 | 1 }
  | { readonly do: 'pass'; readonly minutes: number }
  | { readonly do: 'ask'; readonly cookie: number; readonly at: 0 | 1 };

const either = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sign in' as const), who: either }) },
  fc.record({ do: fc.constantFrom('end' as const, 'disable' as const), who: either }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('enable' as const), who: either }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('join' as const, 'join' as const, 'leave' as const),
      who: either,
      group: either,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('enter' as const), who: either, at: either }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rule' as const),
      at: either,
      groups: fc.subarray([0 as const, 1 as const]),
      hours: fc.integer({ min: 0, max: 3 }),
    }),
  },
  fc.record({ do: fc.constant('remove' as const), at: either }),
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 0, max: 70 }) }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('ask' as const), cookie: fc.nat(20), at: either }) },
);

interface Person {
  readonly id: string;
  disabled: boolean;
  readonly groups: Set<0 | 1>;
  signIn: SignIn | null;
}
interface SignIn {
  readonly id: string;
  live: boolean;
  seenAt: number;
  endsAt: number;
  readonly lastEnd: number;
}
interface Cookie {
  readonly value: string;
  readonly person: Person;
  readonly signIn: SignIn;
  readonly at: 0 | 1;
  readonly beganAt: number;
  /** An application that went, or did not admit its person any more, took it along; or a group that they left. */
  lost: boolean;
}

/** What should be, kept beside what is. */
class World {
  readonly people: Person[] = [];
  readonly rules: ({ readonly groups: readonly (0 | 1)[]; readonly longest: number } | null)[] = [null, null];
  readonly cookies: Cookie[] = [];
  asked = 0;
  let_in = 0;

  constructor(readonly test: TestApp) {}

  get now(): number {
    return this.test.clock.now();
  }

  isLive({ live, endsAt }: SignIn): boolean {
    return live && this.now < endsAt;
  }

  mayEnter(at: 0 | 1, person: Person): boolean {
    const rule = this.rules[at];
    return rule !== null && rule !== undefined && rule.groups.some(group => person.groups.has(group));
  }

  allows({ at, person, signIn, beganAt, lost }: Cookie, asked: 0 | 1): boolean {
    const longest = this.rules[at]?.longest ?? 0;
    if (lost || at !== asked || person.disabled || !this.isLive(signIn)) return false;
    return this.mayEnter(at, person) && (longest === 0 || this.now - beganAt < longest);
  }

  /** Once a minute, what is used lasts longer. */
  isUsed(signIn: SignIn): void {
    if (this.now - signIn.seenAt < minutes(1)) return;
    signIn.seenAt = this.now;
    signIn.endsAt = Math.min(this.now + hours(1), signIn.lastEnd);
  }

  takeLeft(person: Person, group: 0 | 1): void {
    for (const cookie of this.cookies)
      if (cookie.person === person && this.rules[cookie.at]?.groups.includes(group) === true)
        cookie.lost ||= !this.mayEnter(cookie.at, person);
  }

  takeLost(at: 0 | 1): void {
    for (const cookie of this.cookies)
      if (cookie.at === at && !this.mayEnter(at, cookie.person)) cookie.lost = true;
  }
}

async function take(world: World, step: Step): Promise<void> {
  const { test } = world;
  const origin = localOrigin('test');
  const who = 'who' in step ? world.people[step.who]! : world.people[0]!;
  switch (step.do) {
    case 'sign in': {
      if (who.disabled) return;
      const idsOf = () => test.sql<{ id: string; expires_at: number }>('SELECT id, expires_at FROM sign_ins');
      const before = new Set((await idsOf()).map(({ id }) => id));
      await test.signedIn(PEOPLE[step.who]);
      const row = (await idsOf()).find(({ id }) => !before.has(id))!;
      who.signIn = {
        id: row.id,
        live: true,
        seenAt: world.now,
        endsAt: world.now + hours(1),
        lastEnd: Number(row.expires_at),
      };
      return;
    }
    case 'end':
      await comingAgain(() => test.get(SignIns).end({ userId: who.id, except: null }, 'operator'));
      for (const cookie of world.cookies) if (cookie.person === who) cookie.signIn.live = false;
      if (who.signIn !== null) who.signIn.live = false;
      return;
    case 'disable':
    case 'enable':
      await test.sql('UPDATE users SET disabled_at = $1 WHERE id = $2', [
        step.do === 'disable' ? 1 : null,
        who.id,
      ]);
      who.disabled = step.do === 'disable';
      return;
    case 'join':
    case 'leave': {
      const groups = [GROUPS[step.group]];
      const moves = step.do === 'join' ? { join: groups, leave: [] } : { join: [], leave: groups };
      await comingAgain(() => test.get(Memberships).change(who.id, moves, origin));
      if (step.do === 'join') who.groups.add(step.group);
      else if (who.groups.delete(step.group)) world.takeLeft(who, step.group);
      return;
    }
    case 'enter': {
      if (who.signIn === null || !world.isLive(who.signIn)) return;
      const { id: signInId } = who.signIn;
      const way = { origin: ORIGINS[step.at], browser: 'b' };
      const tickets = test.get(Tickets);
      const issued = await comingAgain(() => tickets.issue({ ...way, signInId, path: '/' }));
      if (issued.outcome !== 'issued') return;
      const shown = { ticket: issued.ticket, origin: way.origin, browsers: ['b'] };
      const spent = await comingAgain(() => tickets.spend(shown));
      if (spent.outcome !== 'welcome') throw new Error(spent.outcome);
      const cookie = {
        value: spent.cookie,
        person: who,
        signIn: who.signIn,
        at: step.at,
        beganAt: world.now,
        lost: false,
      };
      world.cookies.push(cookie);
      return;
    }
    case 'rule': {
      const definition = Definition.safeParse({
        ...{
          name: `app${step.at}`,
          origins: [ORIGINS[step.at]],
          groups: step.groups.map(group => GROUPS[group]),
        },
        longest: step.hours === 0 ? null : `${step.hours}h`,
      });
      if (!definition.success) return;
      const applications = test.get(Applications);
      const isNew = world.rules[step.at] === null;
      await comingAgain(() =>
        isNew
          ? applications.add(definition.data, origin)
          : applications.change(`app${step.at}`, () => definition.data, origin),
      );
      world.rules[step.at] = { groups: step.groups, longest: hours(step.hours) };
      if (!isNew) world.takeLost(step.at);
      return;
    }
    case 'remove':
      if (world.rules[step.at] === null) return;
      await comingAgain(() => test.get(Applications).remove(`app${step.at}`, origin));
      for (const cookie of world.cookies) if (cookie.at === step.at) cookie.lost = true;
      world.rules[step.at] = null;
      return;
    case 'pass':
      test.clock.pass(minutes(step.minutes));
      return;
    case 'ask': {
      const cookie = world.cookies[step.cookie % Math.max(1, world.cookies.length)];
      if (cookie === undefined) return;
      const question = { origin: ORIGINS[step.at], address: '/', method: 'GET', destination: null };
      const coming = { asker: 'page' as const, isPreflight: false, token: null };
      const cookies = `__Host-gatehouse-app=${cookie.value}`;
      const { answer } = await comingAgain(() => test.get(Gate).answer({ ...question, ...coming, cookies }));
      const allowed = world.allows(cookie, step.at);
      world.asked += 1;
      if (allowed) world.let_in += 1;
      expect([answer === 'enter', step]).toEqual([allowed, step]);
      if (allowed) world.isUsed(cookie.signIn);
    }
  }
}

it('the gate lets nobody in whose session, sign-in, account, groups or application are not live and right, and everybody else', async () => {
  const seen = { asked: 0, let_in: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async steps => {
      const test = await TestApp.start();
      try {
        const world = new World(test);
        for (const name of PEOPLE)
          world.people.push({
            id: await test.person(name),
            disabled: false,
            groups: new Set(),
            signIn: null,
          });
        // Some way in, so that there is something to lose.
        for (const group of GROUPS) await test.putInto(group, world.people[0]!.id);
        world.people[0]!.groups.add(0).add(1);
        const begin: readonly Step[] = [
          ...([0, 1] as const).map(at => ({ do: 'rule', at, groups: [0, 1], hours: 0 }) as const),
          { do: 'sign in', who: 0 },
          ...([0, 1] as const).map(at => ({ do: 'enter', who: 0, at }) as const),
        ];
        for (const one of [...begin, ...steps]) await take(world, one);
        seen.asked += world.asked;
        seen.let_in += world.let_in;
      } finally {
        await test.close();
      }
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 25) },
  );
  // Both answers were seen, and often.
  expect(seen.let_in).toBeGreaterThan(20);
  expect(seen.asked - seen.let_in).toBeGreaterThan(20);
});
