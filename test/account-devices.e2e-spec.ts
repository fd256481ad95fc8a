import { hours, minutes, seconds } from '../src/kernel/durations.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

/** What the page says of each, as text. */
const devicesOn = (body: string): string[] =>
  [...(body.split('class="devices"')[1] ?? '').matchAll(/<li>[^]*?<\/li>/g)].map(([row]) =>
    row
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );

/** The public names on the page of devices, in its order. */
async function namesOn(visitor: Visitor): Promise<string[]> {
  const { body } = await visitor.get('/account/devices');
  return [...body.matchAll(/\/account\/devices\/([\w-]+)\/end"/g)].map(([, name = '']) => name);
}

describe('the page of devices', () => {
  let test: TestApp;

  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterEach(() => test.close());

  it('shows every live session, this one first, with device, address and clocks', async () => {
    const phone = test.visitor();
    await phone.post(
      '/login',
      { username: 'ada', password: PASSWORD, remember: 'on' },
      { 'user-agent': FIREFOX },
    );
    test.clock.pass(minutes(5));
    const desk = await test.signedIn();
    const page = await desk.get('/account/devices');
    expect(page.status).toBe(200);
    const [own, other] = devicesOn(page.body);
    expect(own).toMatch(/this device 127\.0\.0\.1 .*Ends in 1 day if not used, in 1 hour Sign out$/);
    expect(other).toBe(
      'Firefox on Linux 127.0.0.1 Signed in 5 minutes ago 23 Nov 2026, 12:00 UTC ' +
        'Last seen 5 minutes ago 23 Nov 2026, 12:00 UTC Ends in 29 days you chose to stay signed in End',
    );
    expect(await namesOn(phone)).toEqual((await namesOn(desk)).reverse());
  });

  it('leaves out sessions that have ended', async () => {
    await test.signedIn();
    test.clock.pass(hours(2));
    expect(await namesOn(await test.signedIn())).toHaveLength(1);
  });

  it('ends one session, which is refused from the next request on', async () => {
    const lost = await test.signedIn();
    const desk = await test.signedIn();
    const [, other = ''] = await namesOn(desk);
    expect((await desk.postForm(`/account/devices/${other}/end`)).location).toBe('/account/devices');
    expect((await lost.get('/welcome')).location).toBe('/login?return_to=%2Fwelcome');
    expect((await desk.get('/account/devices')).body).toContain('That session has been ended.');
    expect((await desk.get('/account/devices')).body).not.toContain('That session has been ended.');
  });

  it('signs out when it is this session that is ended', async () => {
    const desk = await test.signedIn();
    const [own = ''] = await namesOn(desk);
    expect((await desk.postForm(`/account/devices/${own}/end`)).location).toBe('/');
    expect((await desk.get('/welcome')).status).toBe(303);
  });

  it('ends all others and keeps this one', async () => {
    const others = [await test.signedIn(), await test.signedIn(), await test.signedIn()];
    const desk = await test.signedIn();
    await desk.postForm('/account/devices/end-others');
    for (const other of others) expect((await other.get('/welcome')).status).toBe(303);
    expect((await desk.get('/account/devices')).body).toContain('3 other sessions have been ended.');
  });

  it("answers 404 to the name of somebody else's session, and ends nothing", async () => {
    await test.person('eve');
    const ada = await test.signedIn('ada');
    const eve = await test.signedIn('eve');
    const [name = ''] = await namesOn(ada);
    expect((await eve.postForm(`/account/devices/${name}/end`)).status).toBe(404);
    expect((await eve.postForm('/account/devices/no-such-name/end')).status).toBe(404);
    expect((await ada.get('/welcome')).status).toBe(200);
  });

  it('names sessions by nothing that comes from their id', async () => {
    const desk = await test.signedIn();
    const { body } = await desk.get('/account/devices');
    const session = (await test.stored.sessions()).find(({ publicId }) => body.includes(publicId));
    expect(session).toBeDefined();
    expect(body).not.toContain(session?.idHash.slice(0, 8));
    expect(session?.idHash).not.toContain(session?.publicId);
  });

  it('tells two that look the same apart by the second they were signed in', async () => {
    await test.signedIn();
    test.clock.pass(seconds(7));
    const { body } = await (await test.signedIn()).get('/account/devices');
    expect(devicesOn(body).map(row => /\d\d:\d\d:\d\d UTC/.exec(row)?.[0])).toEqual([
      '12:00:07 UTC',
      '12:00:00 UTC',
    ]);
  });

  it('has buttons that say aloud what they end', async () => {
    await test.signedIn();
    const { body } = await (await test.signedIn()).get('/account/devices');
    const named = [...body.matchAll(/aria-labelledby="end-(\S+) device-(\S+) since-(\S+)"/g)];
    expect(named).toHaveLength(2);
    for (const [, ...names] of named) {
      expect(new Set(names).size).toBe(1);
      for (const part of ['end', 'device', 'since']) expect(body).toContain(` id="${part}-${names[0]}"`);
    }
  });

  it('shows each with the symbol of its kind', async () => {
    const phone = test.visitor();
    await phone.post('/login', { username: 'ada', password: PASSWORD }, { 'user-agent': IPHONE });
    const { body } = await phone.get('/account/devices');
    expect(body).toMatch(/<rect x="7"[^]*Safari on iOS/);
  });

  describe('where the sign-in is not recent', () => {
    let others: Visitor[];
    let desk: Visitor;
    beforeEach(async () => {
      others = [await test.signedIn(), await test.signedIn(), await test.signedIn()];
      desk = await test.signedIn();
      test.clock.pass(minutes(11));
    });

    it('asks for the password, says what for, and then offers what is left to do as a button', async () => {
      const back = '/account/devices?then=/account/devices/end-others';
      const asked = await desk.postForm('/account/devices/end-others');
      expect(asked.location).toBe(`/confirm?return_to=${encodeURIComponent(back)}`);
      const form = await Tab.open(desk, asked.location!);
      expect(form.page.body).toContain('To end all your other sessions, enter your password again.');
      const page = await form.go({ password: PASSWORD });
      expect(page.address).toBe(back);
      expect(page.page.body).toContain(
        'You have confirmed that it’s you. Now you can end all your other sessions.',
      );
      expect(page.page.body).toMatch(/<button[^>]* autofocus>End 3 other sessions<\/button>/);
      expect(page.page.body.match(/autofocus/g)).toHaveLength(1);
      for (const other of others) expect((await other.get('/welcome')).status).toBe(200);
      const done = await page.go();
      expect(done.address).toBe('/account/devices');
      expect(done.page.body).toContain('3 other sessions have been ended.');
      expect(done.page.body).not.toMatch(/<button[^>]* autofocus/);
      for (const other of others) expect((await other.get('/welcome')).status).toBe(303);
    });

    it('offers to end the one session that was chosen', async () => {
      const [, name = ''] = await namesOn(desk);
      const asked = await desk.postForm(`/account/devices/${name}/end`);
      const form = await Tab.open(desk, asked.location!);
      expect(form.page.body).toContain('To end a session, enter your password again.');
      const page = await form.go({ password: PASSWORD });
      expect(page.page.body).toMatch(/<button[^>]* autofocus>End Unknown browser<\/button>/);
      expect((await page.go()).page.body).toContain('That session has been ended.');
      expect(await namesOn(desk)).not.toContain(name);
    });

    it('offers nothing that is done already, nor what a link on another site makes up', async () => {
      for (const then of ['/account/devices/no-such-name/end', '/logout', 'x', '//evil.test'])
        expect((await desk.get(`/account/devices?then=${then}`)).body).not.toMatch(/<button[^>]* autofocus/);
      await desk.postForm('/confirm', { password: PASSWORD });
      await desk.postForm('/account/devices/end-others');
      const { body } = await desk.get('/account/devices?then=/account/devices/end-others');
      expect(body).not.toMatch(/<button[^>]* autofocus/);
    });
  });

  it('stays ended for a session that is writing while all others are ended', async () => {
    const lost = await test.signedIn();
    const desk = await test.signedIn();
    test.clock.pass(minutes(2));
    const csrf = await desk.csrf();
    const writing = Array.from({ length: 10 }, () => lost.copy().get('/welcome'));
    await Promise.all([...writing, desk.insist('/account/devices/end-others', { _csrf: csrf })]);
    expect((await lost.get('/welcome')).status).toBe(303);
    expect(await test.stored.sessions()).toHaveLength(1);
  });
});
