import { Transaction } from '../../src/database/transaction.js';
import { hours, minutes } from '../../src/kernel/durations.js';
import { at, InsideApplications } from '../support/inside-applications.js';
import { Tab } from '../support/tab.js';
import { TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const EVERYBODY = { everybody: true, includingRegistered: true };
const PAGE = '/account/apps';

let test: TestApp;
let inside: InsideApplications;
let ada: string;
let desk: Visitor;
let phone: Visitor;
beforeEach(async () => {
  test = await TestApp.start();
  inside = new InsideApplications(test);
  ada = await test.person('ada');
  await inside.add('wiki', { ...EVERYBODY, label: 'The wiki' });
  await inside.add('tools', { ...EVERYBODY, label: 'Tools' });
  await inside.add('dash', { ...EVERYBODY, label: 'Dashboard', ownSession: true });
  phone = await test.signedIn('ada');
  await inside.enter(ada, 'dash');
  test.clock.pass(minutes(1));
  await inside.enter(ada, 'wiki');
  test.clock.pass(minutes(1));
  desk = await test.signedIn('ada');
  await inside.enter(ada, 'tools');
  await inside.token(ada, 'wiki');
});
afterEach(() => test.close());

/** The list as people read it: the title, and the words of each row. */
const rows = async (visitor = desk) => {
  const [, main = ''] = (await visitor.get(PAGE)).body.split('<main');
  return [...main.matchAll(/<li(?: class="below")?>(.*?)<\/li>/gs)]
    .map(([, row = '']) => row)
    .filter(row => row.includes('<form'))
    .map(row =>
      row
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );
};
const nameOf = async (visitor: Visitor): Promise<string> =>
  (JSON.parse((await visitor.get('/session')).body) as { session: { publicId: string } }).session.publicId;
const notice = async (visitor = desk) => (await visitor.get(PAGE)).body.replace(/<[^>]+>/g, '');

describe('the page of applications', () => {
  it('lists sign-ins with what was opened from each, then tokens, each with since when, last used and an end', async () => {
    const list = await rows();
    expect(list.map(row => row.replace(/ (Signed in|Opened(?! from)|Made) (just|1 min).*/, ''))).toEqual([
      expect.stringMatching(/this device$/),
      expect.stringMatching(/^Tools Opened from /),
      expect.not.stringMatching(/this device/),
      expect.stringMatching(/^The wiki Opened from /),
      expect.stringMatching(/^Dashboard Opened from /),
      'for wiki Access token for The wiki',
    ]);
    for (const row of list) expect(row).toMatch(/(Signed in|Opened|Made) .+ Last used .+ (End|Sign out)$/);
    expect(list[1]).toContain('When ended refused at once');
    expect(list[4]).toContain(
      'When ended It has a session of its own as well, which we cannot end: sign out there, too.',
    );
    expect(list[5]).toContain('Last used never');
  });

  it('has nothing of others, nor what an application lets last no longer', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    expect(await rows(eve)).toHaveLength(1);
    await inside.change('wiki', { ...EVERYBODY, label: 'The wiki', longest: '30m' });
    test.clock.pass(minutes(28));
    expect((await rows()).join()).toContain('The wiki Opened from');
    test.clock.pass(minutes(1));
    expect((await rows()).join()).not.toContain('The wiki Opened from');
  });

  it('ends a sign-in from another device with all it opened, and says what was reached', async () => {
    const name = await nameOf(phone);
    const done = await desk.postForm(`${PAGE}/sign-ins/${name}/end`);
    expect([done.status, done.location]).toEqual([303, PAGE]);
    expect(await notice()).toContain(
      'Ended. The wiki refuses the next request. Dashboard has a session of its own as well, which we cannot end: ' +
        'sign out there, too.',
    );
    expect((await phone.get('/session')).status).toBe(401);
    expect(await inside.had()).toEqual(['session ada tools', 'token ada wiki']);
    expect((await desk.postForm(`${PAGE}/sign-ins/${name}/end`)).status).toBe(404);
  });

  it('asks who somebody is before it ends a sign-in, where that is long ago, and goes on from there', async () => {
    const name = await nameOf(phone);
    test.clock.pass(minutes(11));
    const asked = await desk.postForm(`${PAGE}/sign-ins/${name}/end`);
    const then = `${PAGE}/sign-ins/${name}/end`;
    expect([asked.status, asked.location]).toEqual([
      303,
      `/confirm?return_to=${encodeURIComponent(`${PAGE}?then=${then}`)}`,
    ]);
    const tab = await Tab.open(desk, `${PAGE}?then=${then}`);
    expect(tab.page.body).toContain('Nothing has been ended yet.');
    expect(tab.page.body).toContain(`<form method="post" action="${then}" class="next">`);
    for (const other of ['/logout', `${PAGE}/end`, 'x', '//evil.test'])
      expect((await desk.get(`${PAGE}?then=${other}`)).body).not.toContain('autofocus');
  });

  it('ends one application, and leaves the sign-in and the rest', async () => {
    const form = { sign_in: await nameOf(phone), origin: at('dash') };
    expect((await desk.postForm(`${PAGE}/end`, form)).location).toBe(PAGE);
    expect(await notice()).toContain(
      'Ended. Dashboard has a session of its own as well, which we cannot end',
    );
    expect(await inside.had()).toEqual(['session ada tools', 'session ada wiki', 'token ada wiki']);
    expect((await phone.get('/session')).status).toBe(200);
    expect((await desk.postForm(`${PAGE}/end`, form)).status).toBe(404);
  });

  it('ends a token', async () => {
    const [, id] = /action="\/account\/apps\/tokens\/([^/]+)\/end"/.exec((await desk.get(PAGE)).body) ?? [];
    expect((await desk.postForm(`${PAGE}/tokens/${id}/end`)).location).toBe(PAGE);
    expect(await notice()).toContain('The token lets no program in any more.');
    expect((await inside.had()).join()).not.toContain('token');
    expect((await desk.postForm(`${PAGE}/tokens/${id}/end`)).status).toBe(404);
  });

  it('ends nothing of somebody else', async () => {
    const [, id = ''] =
      /action="\/account\/apps\/tokens\/([^/]+)\/end"/.exec((await desk.get(PAGE)).body) ?? [];
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const before = await inside.had();
    const form = { sign_in: await nameOf(phone), origin: at('wiki') };
    for (const path of [`${PAGE}/tokens/${id}/end`, `${PAGE}/sign-ins/${form.sign_in}/end`])
      expect([path, (await eve.postForm(path)).status]).toEqual([path, 404]);
    expect((await eve.postForm(`${PAGE}/end`, form)).status).toBe(404);
    expect(await inside.had()).toEqual(before);
  });

  it('signs out of this device with what was opened from it', async () => {
    const { body } = await desk.get(PAGE);
    expect(body).toMatch(/<form method="post" action="\/logout">/);
    await desk.postForm('/logout');
    expect(await inside.had()).toEqual(['session ada dash', 'session ada wiki', 'token ada wiki']);
  });

  it('knows when something was used last', async () => {
    test.clock.pass(hours(0.5));
    const token = await inside.token(ada, 'tools');
    expect(await inside.answerToToken(token, 'tools')).toBe('enter');
    await test.get(Transaction).settled();
    expect((await rows()).find(row => row.startsWith('for tools'))).not.toContain('never');
  });
});
