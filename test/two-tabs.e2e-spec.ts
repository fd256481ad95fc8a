import { minutes } from '../src/kernel/durations.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

let test: TestApp;
let ada: Visitor;
beforeEach(async () => {
  test = await TestApp.start();
  await test.person('ada', 'user', 'ada@example.org');
  ada = await test.signedIn();
});
afterEach(() => test.close());

/** Opens pages that want a recent sign-in, then lets it grow old. */
async function opened(...pages: string[]): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (const page of pages) tabs.push(await Tab.open(ada, page));
  test.clock.pass(minutes(11));
  return tabs;
}

describe('two forms that wait for the password in two tabs', () => {
  it('both come back filled, each in its own tab', async () => {
    const [close, email] = await opened('/account/close', '/account/email');
    const [closing, changing] = [
      await close!.go({ username: 'ada' }),
      await email!.go({ email: 'ada@new.example' }),
    ];
    for (const tab of [closing, changing]) expect(tab.page.body).toContain('Confirm it’s you');
    const closed = await closing.go({ password: PASSWORD });
    const changed = await changing.go({ password: PASSWORD });
    expect([closed.address.split('?')[0], closed.typed('username')]).toEqual(['/account/close', 'ada']);
    expect([changed.address.split('?')[0], changed.typed('email')]).toEqual([
      '/account/email',
      'ada@new.example',
    ]);
  });

  it('come back apart where they are forms of one page', async () => {
    const tabs = await opened('/account/email', '/account/email');
    const asked: Tab[] = [];
    for (const [n, tab] of tabs.entries()) asked.push(await tab.go({ email: `ada@${n}.example` }));
    const back: Tab[] = [];
    for (const tab of asked.reverse()) back.push(await tab.go({ password: PASSWORD }));
    expect(back.map(tab => tab.typed('email'))).toEqual(['ada@1.example', 'ada@0.example']);
  });

  it('come back also after a wrong password, once, and in no other tab', async () => {
    const [close] = await opened('/account/close');
    const wrong = await (await close!.go({ username: 'ada' })).go({ password: 'wrong' });
    expect(wrong.page.status).toBe(422);
    const right = await wrong.go({ password: PASSWORD });
    expect((await Tab.open(ada, '/account/close')).typed('username')).toBe('');
    expect(right.typed('username')).toBe('ada');
    expect((await right.reload()).typed('username')).toBe('');
  });

  it('are four at most; the fifth takes the place of the first', async () => {
    const tabs = await opened(...Array.from({ length: 5 }, () => '/account/email'));
    const asked: Tab[] = [];
    for (const [n, tab] of tabs.entries()) asked.push(await tab.go({ email: `ada@${n}.example` }));
    const back: string[] = [];
    for (const tab of asked) back.push((await tab.go({ password: PASSWORD })).typed('email'));
    expect(back).toEqual(['', ...[1, 2, 3, 4].map(n => `ada@${n}.example`)]);
  });

  it('are not shown for a name that was made up', async () => {
    const [close] = await opened('/account/close');
    const { address } = await close!.go({ username: 'ada' });
    const back = new URL(address, 'http://localhost').searchParams.get('return_to')!;
    await (await Tab.open(ada, '/confirm')).go({ password: PASSWORD });
    for (const made of ['x', '__proto__', 'constructor', '0', '', 'a&kept=b'])
      expect((await Tab.open(ada, `/account/close?kept=${made}`)).typed('username')).toBe('');
    expect((await Tab.open(ada, back.replace('/close', '/email'))).typed('email')).toBe('');
    expect((await Tab.open(ada, back)).typed('username')).toBe('ada');
  });
});

describe('a sentence left for the next page', () => {
  const RENAMED = 'Your name has been changed.';
  const ENDED = 'other sessions have been ended.';

  it('waits for the page it is about, whatever is opened in another tab', async () => {
    const renamed = await ada.postForm('/account', { display_name: 'Ada L.' });
    for (const page of ['/welcome', '/account/devices', '/account/password', '/nowhere'])
      expect((await ada.get(page)).body).not.toContain(RENAMED);
    expect((await ada.get(renamed.location!)).body).toContain(RENAMED);
    expect((await ada.get(renamed.location!)).body).not.toContain(RENAMED);
  });

  it('is not taken by a form that comes back, nor by a request that shows nothing', async () => {
    const renamed = await ada.postForm('/account', { display_name: 'Ada L.' });
    await ada.send('HEAD', '/account');
    expect((await ada.postForm('/account', { display_name: '' })).body).not.toContain(RENAMED);
    expect((await ada.get(renamed.location!)).body).toContain(RENAMED);
  });

  it('is shown beside one for another page, each once', async () => {
    await test.signedIn();
    await test.signedIn();
    const renamed = await ada.postForm('/account', { display_name: 'Ada L.' });
    const ended = await ada.postForm('/account/devices/end-others');
    const [devices, account] = [await ada.get(ended.location!), await ada.get(renamed.location!)];
    expect(devices.body).toContain(ENDED);
    expect(devices.body).not.toContain(RENAMED);
    expect(account.body).toContain(RENAMED);
    expect(account.body).not.toContain(ENDED);
  });

  it('is shown together with another that waits for the same page, once', async () => {
    await ada.postForm('/account', { display_name: 'Ada L.' });
    await ada.postForm('/account/email', { email: 'ada@new.example' });
    await ada.postForm('/account', { display_name: 'Ada Lovelace' });
    const { body } = await ada.get('/account');
    expect(/role="status"[^>]*><p>([^<]*)</.exec(body)?.[1]).toMatch(
      /^Your name has been changed. Open the link [^]* stays as it is.$/,
    );
    expect((await ada.get('/account')).body).not.toContain('role="status"');
  });

  it('is dropped where four newer ones wait', async () => {
    for (let turn = 0; turn < 5; turn++)
      await ada.postForm('/account/email', { email: `ada@${turn}.example` });
    const { body } = await ada.get('/account');
    expect([0, 1, 2, 3, 4].filter(turn => body.includes(`ada@${turn}.example`))).toEqual([1, 2, 3, 4]);
  });
});
