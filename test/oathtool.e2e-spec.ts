import { execFileSync } from 'node:child_process';
import { answerStep, enrol, toSecondStep } from './support/second-factor.js';
import { TestApp } from './support/test-app.js';

describe('an authenticator that is a program of somebody else', () => {
  it('gives codes that are taken', async () => {
    const test = await TestApp.start();
    await test.person('ada', 'user', 'ada@example.org');
    const phone = await enrol(test, await test.signedIn());
    const at = new Date(test.clock.now() + 30_000)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.\d+Z/, ' UTC');
    const code = execFileSync('oathtool', ['--totp', '-b', '-N', at, phone.secret], { encoding: 'utf8' });
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    test.clock.pass(30_000);
    expect((await answerStep(visitor, page, { code })).status).toBe(303);
    await test.close();
  });
});
