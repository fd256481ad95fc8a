import { AuditLog } from '../src/audit/audit-log.js';
import { days } from '../src/kernel/durations.js';
import { Sweeper } from '../src/database/sweeper.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('activity', () => {
  let test: TestApp;

  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterEach(() => test.close());

  it('tells in words what happened, the newest first', async () => {
    const ada = test.visitor();
    await ada.post('/login', { username: 'ada', password: 'wrong' }, { 'user-agent': FIREFOX });
    test.clock.pass(1000);
    await ada.post('/login', { username: 'ada', password: PASSWORD }, { 'user-agent': FIREFOX });
    const { body } = await ada.get('/account/activity');
    expect(body).toMatch(
      /Signed in from Firefox on Linux, 127\.0\.0\.1[\s\S]*A sign-in failed from Firefox on Linux/,
    );
    expect(body).toContain('The account was created');
  });

  it('goes back 90 days, page by page, and shows nobody else', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const ada = await test.signedIn('ada');
    for (let i = 0; i < 30; i++) {
      test.clock.pass(1000);
      await ada.postForm('/account', { display_name: `Ada ${i}` });
    }
    const first = await ada.get('/account/activity');
    expect(first.body.match(/The profile was changed/g)).toHaveLength(25);
    expect(first.body).toContain('/account/activity?page=2');
    expect((await ada.get('/account/activity?page=2')).body).toContain('Signed in');
    expect((await ada.get('/account/activity?page=x')).status).toBe(200);
    expect((await eve.get('/account/activity')).body).not.toContain('profile was changed');
    test.clock.pass(days(91));
    expect((await (await test.signedIn('ada')).get('/account/activity')).body).not.toContain(
      'profile was changed',
    );
  });

  it('prints what a client calls itself as text', async () => {
    const ada = test.visitor();
    const headers = { 'user-agent': '<script>alert(1)</script>{{person}} \u0007' };
    await ada.post('/login', { username: 'ada', password: PASSWORD }, headers).catch(() => undefined);
    await ada.post(
      '/login',
      { username: 'ada', password: PASSWORD },
      { 'user-agent': '<script>x</script>{{person}}' },
    );
    const { body } = await ada.get('/account/activity');
    expect(body).not.toContain('<script>x');
    expect(body).toContain('&lt;script&gt;x&lt;');
  });

  it('is swept after a year', async () => {
    await test.signedIn();
    await test.get(AuditLog).settled();
    expect(await test.sql('SELECT 1 FROM audit_events')).not.toHaveLength(0);
    test.clock.pass(days(366));
    await test.get(Sweeper).sweep();
    expect(await test.sql('SELECT 1 FROM audit_events')).toHaveLength(0);
  });

  it('never stops a sign-in when events cannot be written, and says so in the log', async () => {
    await test.sql('DROP TABLE audit_events');
    expect((await test.signedIn()).cookies.size).toBeGreaterThan(0);
    await test.app.close();
    expect(test.log.events('sys_audit_write_failed').length).toBeGreaterThan(0);
    expect(test.log.events('authn_login_success')).toHaveLength(1);
  });
});
