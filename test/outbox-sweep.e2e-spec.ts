import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localOrigin } from '../src/audit/security-event.js';
import { Sweeper } from '../src/database/sweeper.js';
import { days, minutes } from '../src/kernel/durations.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { outboxIn } from '../src/mail/outbox-files.js';
import { mailsOf } from './support/outbox.js';
import { enrol, stepOf, toSecondStep } from './support/second-factor.js';
import { TestApp } from './support/test-app.js';

describe('mails that lie in the outbox', () => {
  const begun = async (environment: Record<string, string>) => {
    const test = await TestApp.start({ SMTP_URL: 'outbox', ...environment });
    await test.person('ada', 'user', 'ada@example.org');
    await test.visitor().post('/forgot', { email: 'ada@example.org' });
    expect(await mailsOf(test)).toHaveLength(1);
    const outbox = outboxIn(test.config.dataDir);
    writeFileSync(join(outbox, 'notice.eml'), 'Subject: A notice\n\nNothing to open.\n');
    writeFileSync(join(outbox, 'kept.txt'), 'https://localhost/reset?token=' + 'a'.repeat(43));
    // Files have the machine's time, and the test's clock stands still.
    for (const name of readdirSync(outbox)) utimesSync(join(outbox, name), 0, test.clock.now() / 1000);
    const names = () => readdirSync(outbox).sort();
    return { test, names, sweep: () => test.get(Sweeper).sweep() };
  };

  it('are removed in production a day after they were written, where they hold a link; nothing else is', async () => {
    const { test, names, sweep } = await begun({ NODE_ENV: 'production' });
    const [mail = ''] = names().filter(name => name !== 'notice.eml' && name.endsWith('.eml'));
    test.clock.pass(days(1) - minutes(1));
    await sweep();
    expect(names()).toContain(mail);
    test.clock.pass(minutes(1));
    await sweep();
    expect(names()).toEqual(['kept.txt', 'notice.eml']);
    expect(
      test.log.lines.filter(({ message }) => JSON.stringify(message).includes('sys_sweep_failed')),
    ).toEqual([]);
    await test.close();
  });

  it('are removed as well where they hold the code with which a factor is added after a reset', async () => {
    const test = await TestApp.start({ SMTP_URL: 'outbox', NODE_ENV: 'production' });
    const id = await test.person('ada', 'user', 'ada@example.org');
    await enrol(test, await test.signedIn());
    await test.get(LostFactors).reset(id, true, localOrigin('test'));
    const ada = test.visitor();
    const step = stepOf(await toSecondStep(ada));
    await ada.post('/login/second-step/reset-code', { step });
    await mailsOf(test);
    const outbox = outboxIn(test.config.dataDir);
    const textOf = (name: string) => readFileSync(join(outbox, name), 'utf8');
    const subjects = () => readdirSync(outbox).map(name => /^Subject: (.+)$/m.exec(textOf(name))?.[1]);
    for (const name of readdirSync(outbox)) utimesSync(join(outbox, name), 0, test.clock.now() / 1000);
    expect(subjects()).toContain('Your code to add a second factor at Gatehouse');
    test.clock.pass(days(1));
    await test.get(Sweeper).sweep();
    expect(subjects()).not.toContain('Your code to add a second factor at Gatehouse');
    await test.close();
  });

  it('are removed as well where mails go over SMTP by now', async () => {
    const { test, names } = await begun({ NODE_ENV: 'production' });
    expect(names()).toHaveLength(3);
    await test.app.close();
    const later = await TestApp.start({
      ...{ NODE_ENV: 'production', DATA_DIR: test.config.dataDir },
      SMTP_URL: 'smtp://127.0.0.1:9',
    });
    later.clock.pass(days(1));
    await later.get(Sweeper).sweep();
    expect(names()).toEqual(['kept.txt', 'notice.eml']);
    await later.close();
    await test.close();
  });

  it('stay while developing', async () => {
    const { test, names, sweep } = await begun({});
    const before = names();
    test.clock.pass(days(30));
    await sweep();
    expect(names()).toEqual(before);
    await test.close();
  });

  it('are no trouble to a server that has not written any', async () => {
    const test = await TestApp.start({ NODE_ENV: 'production', SMTP_URL: 'outbox' });
    test.log.lines.length = 0;
    await test.get(Sweeper).sweep();
    expect(test.log.lines).toEqual([]);
    await test.close();
  });
});
