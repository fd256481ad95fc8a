import { hours, minutes } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

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
    expect(page.body).toMatch(/this device[\s\S]*Firefox on Linux/);
    expect(page.body).toContain('5 minutes ago');
    expect(page.body).toContain('127.0.0.1');
    expect(page.body).toContain('without activity in 1 hour');
    expect(page.body).toContain('29 days');
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
    expect((await desk.get('/account/devices')).body).toContain('That session is ended.');
    expect((await desk.get('/account/devices')).body).not.toContain('That session is ended.');
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
    expect((await desk.get('/account/devices')).body).toContain('3 other sessions are ended.');
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

  it('asks for the password first when the sign-in is not recent', async () => {
    const other = await test.signedIn();
    const desk = await test.signedIn();
    test.clock.pass(minutes(11));
    const asked = await desk.postForm('/account/devices/end-others');
    expect(asked.location).toBe('/confirm?return_to=%2Faccount%2Fdevices');
    expect((await other.get('/welcome')).status).toBe(200);
    const confirmed = await desk.postForm('/confirm', { password: PASSWORD, return_to: '/account/devices' });
    expect(confirmed.location).toBe('/account/devices');
    expect((await desk.postForm('/account/devices/end-others')).location).toBe('/account/devices');
    expect((await other.get('/welcome')).status).toBe(303);
  });

  it('stays ended for a session that is writing while all others are ended', async () => {
    const lost = await test.signedIn();
    const desk = await test.signedIn();
    test.clock.pass(minutes(2));
    const csrf = await desk.csrf();
    const writing = Array.from({ length: 10 }, () => lost.copy().get('/welcome'));
    await Promise.all([...writing, desk.post('/account/devices/end-others', { _csrf: csrf })]);
    expect((await lost.get('/welcome')).status).toBe(303);
    expect(await test.stored.sessions()).toHaveLength(1);
  });
});
