import { minutes } from '../../src/kernel/durations.js';
import { SessionUse } from '../../src/sessions/session-use.js';
import { Crowd } from '../support/crowd.js';
import { InsideApplications } from '../support/inside-applications.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

describe('the gate, where a sign-in goes on with another session', () => {
  it('lets its person in also where it was about to note that the one before is used', async () => {
    const test = await TestApp.start();
    const inside = new InsideApplications(test);
    await inside.add('wiki', { everybody: true, includingRegistered: true });
    const id = await test.person('ada');
    const ada = await test.signedIn();
    const cookie = await inside.enter(id, 'wiki');
    test.clock.pass(minutes(2));
    const crowd = Crowd.at(test.get(SessionUse), 'isUsed', 2);
    const first = inside.answerTo(cookie, 'wiki');
    await crowd.has(1);
    expect((await ada.postForm('/confirm', { password: PASSWORD })).status).toBe(303);
    test.clock.pass(minutes(2));
    expect(await inside.answerTo(cookie, 'wiki')).toBe('enter');
    expect(await first).toBe('enter');
    await test.close();
  });
});
