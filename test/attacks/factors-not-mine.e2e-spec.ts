import { opened } from '../support/mailed-link.js';
import { mailsOf } from '../support/outbox.js';
import {
  answerStep,
  enrol,
  fieldOf,
  makeCodes,
  Phone,
  secretOn,
  toSecondStep,
} from '../support/second-factor.js';
import { addPasskey, signInByPasskey, SoftwareAuthenticator } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const MAIL = 'ada@example.org';

let test: TestApp;
afterEach(() => test.close());

async function start(environment: Record<string, string> = {}): Promise<void> {
  test = await TestApp.start(environment);
  await test.person('ada', 'user', MAIL);
  test.clock.run();
}

/** Says "this was not me" by the link of the one mail of that subject. @param known links of mails of before */
async function notMe(subject: RegExp, known: readonly string[] = []): Promise<void> {
  const found = (await mailsOf(test)).filter(
    mail => subject.test(mail.subject) && !known.includes(mail.link),
  );
  expect(found).toHaveLength(1);
  expect((await (await opened(test, found[0]?.link ?? '')).post('/not-me')).status).toBe(303);
}

const suspended = async (table: string) =>
  (await test.sql<{ suspended_at: number | null }>(`SELECT suspended_at FROM ${table}`)).map(
    ({ suspended_at }) => suspended_at !== null,
  );

describe('“this was not me”, on a clock that goes on between any two readings', () => {
  it('suspends the app whose notice it is', async () => {
    await start();
    await enrol(test, await test.signedIn());
    await notMe(/second factor was added/);
    expect(await suspended('authenticators')).toEqual([true]);
  });

  it('suspends the passkey whose notice it is, which opens nothing from then on', async () => {
    await start();
    const key = new SoftwareAuthenticator();
    await addPasskey(await test.signedIn(), key);
    await notMe(/second factor was added/);
    expect(await suspended('passkeys')).toEqual([true]);
    expect((await signInByPasskey(test.visitor(), key)).status).toBe(422);
  });

  it('removes the recovery codes whose notice it is, and leaves the app of before in force', async () => {
    await start();
    const ada = await test.signedIn();
    await enrol(test, ada);
    await makeCodes(ada);
    await notMe(/new recovery codes/);
    expect(await suspended('authenticators')).toEqual([false]);
    expect(await test.sql('SELECT * FROM recovery_codes')).toEqual([]);
  });

  it.each([
    ['the factor', /second factor was added/],
    ['the sign-in', /New sign-in/],
  ])('suspends an app that was added on the way in, by the notice of %s', async (_, subject) => {
    await start({ SECOND_FACTOR: 'everybody' });
    await enrolOnTheWayIn();
    await test.sql('DELETE FROM authenticators');
    await test.sql('UPDATE users SET second_factor_at = NULL');
    const known = (await mailsOf(test)).map(({ link }) => link);
    await enrolOnTheWayIn();
    await notMe(subject, known);
    expect(await suspended('authenticators')).toEqual([true]);
  });

  async function enrolOnTheWayIn(): Promise<void> {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const adding = await visitor.get(page);
    const code = new Phone(test, secretOn(adding)).fresh();
    await answerStep(visitor, page, { pending: fieldOf(adding, 'pending'), code });
  }
});
