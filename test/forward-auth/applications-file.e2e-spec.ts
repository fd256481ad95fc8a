import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { AuditLog } from '../../src/audit/audit-log.js';
import { Catalogue } from '../../src/applications/catalogue.js';
import type { WrittenDown } from '../../src/applications/definition.js';
import { Sweeper } from '../../src/database/sweeper.js';
import { minutes } from '../../src/kernel/durations.js';
import { at, InsideApplications } from '../support/inside-applications.js';
import { TestApp } from '../support/test-app.js';

const WIKI = { name: 'wiki', origins: [at('wiki')], groups: ['staff'], tokens: true };
const TOOLS = { name: 'tools', origins: [at('tools')], groups: ['staff'], tokens: true };
const path = join(tmpdir(), `gatehouse-file-${process.pid}.json`);

const write = (...applications: readonly Partial<WrittenDown>[]) =>
  writeFileSync(path, JSON.stringify({ applications }, null, 2));

let test: TestApp;
let inside: InsideApplications;
let ada: string;
let cookie: string;
let token: string;
beforeEach(async () => {
  write(WIKI, TOOLS);
  test = await TestApp.start({ APPLICATIONS_FILE: path });
  inside = new InsideApplications(test);
  ada = await test.person('ada');
  await test.putInto('staff', ada);
  await test.putInto('night', await test.person('bob'));
  await test.signedIn('ada');
  [cookie, token] = [await inside.enter(ada, 'wiki'), await inside.token(ada, 'wiki')];
  await inside.enter(ada, 'tools');
  await inside.token(ada, 'tools');
});
afterEach(() => test.close());

/** The file as SIGHUP has it read. */
const reload = async () => {
  test.get(Catalogue).inFile?.reload();
  await test.get(Sweeper).sweep();
};
const after = async (minute: number) => {
  test.clock.pass(minutes(minute));
  await test.get(Sweeper).sweep();
};
const answers = async () => [
  await inside.answerTo(cookie, 'wiki'),
  await inside.answerToToken(token, 'wiki'),
];

const AT_TOOLS = ['session ada tools', 'token ada tools'];
const ALL = ['session ada tools', 'session ada wiki', 'token ada tools', 'token ada wiki'];

describe('an application that is gone from the file', () => {
  it('lets nobody in at once, and after ten minutes what people had of it has ended', async () => {
    await after(60);
    expect(await inside.had()).toEqual(ALL);
    write(TOOLS);
    await reload();
    expect([await answers(), await inside.had()]).toEqual([['no-application', 'no-application'], ALL]);
    await after(9);
    expect(await inside.had()).toEqual(ALL);
    await after(1);
    expect(await inside.had()).toEqual(AT_TOOLS);
    await test.get(AuditLog).settled();
    const told = ['application_left', 'token_ended'].map(event => test.log.events(event)[0]);
    expect(told).toMatchObject([
      { userId: ada, application: at('wiki'), reason: 'removed' },
      { userId: ada, application: 'wiki', reason: 'removed' },
    ]);
    write(WIKI, TOOLS);
    await reload();
    expect(await answers()).toEqual(['sign-in', 'sign-in']);
  });

  it('has everybody in it as before where it comes back within ten minutes, and then has ten more', async () => {
    write(TOOLS);
    await reload();
    await after(9);
    write(WIKI, TOOLS);
    await reload();
    expect(await answers()).toEqual(['enter', 'enter']);
    write(TOOLS);
    await reload();
    await after(9);
    expect(await inside.had()).toEqual(ALL);
  });

  it('ends in time however often the rest of the file changes', async () => {
    write(TOOLS);
    await reload();
    for (let minute = 0; minute < 10; minute += 5) {
      write({ ...TOOLS, label: `Tools ${minute}` });
      await reload();
      await after(5);
    }
    expect(await inside.had()).toEqual(AT_TOOLS);
  });
});

describe('a rule of the file that changes', () => {
  it('holds at once, and after ten minutes what it does not allow has ended', async () => {
    write({ ...WIKI, groups: ['night'] }, TOOLS);
    await reload();
    expect([await answers(), await inside.had()]).toEqual([['denied', 'denied'], ALL]);
    await after(9);
    expect(await inside.had()).toEqual(ALL);
    await after(1);
    expect(await inside.had()).toEqual(AT_TOOLS);
  });

  it('may go back within ten minutes, and everybody goes on', async () => {
    write({ ...WIKI, groups: ['night'] }, TOOLS);
    await reload();
    await after(9);
    write(WIKI, TOOLS);
    await reload();
    await after(60);
    expect(await inside.had()).toEqual(ALL);
  });
});

describe('a file with a mistake', () => {
  it('changes nothing, and says on which line it is', async () => {
    const ready = async () => JSON.parse((await test.visitor().get('/health/ready')).body) as object;
    const before = await ready();
    expect(before).toMatchObject({
      status: 'ok',
      applications: expect.stringMatching(/^[\w-]{12}$/) as string,
    });
    writeFileSync(path, JSON.stringify({ applications: [{ ...WIKI, strength: 3 }] }, null, 2));
    expect(() => test.get(Catalogue).inFile?.reload()).toThrow(/line 12, strength: The strength is 1/);
    expect([await answers(), await ready()]).toEqual([['enter', 'enter'], before]);
  });

  it.each<[string, () => void, RegExp]>([
    ['is no JSON', () => writeFileSync(path, '{ "applications": ['), /line 1: it is no JSON/],
    [
      'has a comma too many',
      () => writeFileSync(path, '{\n  "applications": [\n    {},\n  ]\n}'),
      /line 3: it is no JSON/,
    ],
    [
      'names one twice',
      () => write(WIKI, { ...TOOLS, name: 'wiki' }),
      /line 14: Two applications are called wiki/,
    ],
    [
      'has an address twice',
      () => write(WIKI, { ...WIKI, name: 'books' }),
      /line 16: https:\S+ is where wiki is reached already/,
    ],
    ['is no UTF-8', () => writeFileSync(path, Buffer.from([0xff, 0xfe])), /it cannot be read/],
  ])('keeps those from before where it %s', async (_, harm, words) => {
    harm();
    expect(() => test.get(Catalogue).inFile?.reload()).toThrow(words);
    expect(await answers()).toEqual(['enter', 'enter']);
  });
});

it('nodes with different files are told apart by the digest in readiness', async () => {
  const digest = async () => {
    const { body } = await test.visitor().get('/health/ready');
    return (JSON.parse(body) as { applications: string }).applications;
  };
  const before = await digest();
  write(TOOLS);
  await reload();
  expect(await digest()).not.toBe(before);
  write(WIKI, TOOLS);
  await reload();
  expect(await digest()).toBe(before);
});
