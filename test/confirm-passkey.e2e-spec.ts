import { CHALLENGE_LIFE } from '../src/passkeys/challenges.js';
import { minutes } from '../src/kernel/durations.js';
import {
  addPasskey,
  askedOn,
  challengeFor,
  SoftwareAuthenticator,
  type Tweaks,
} from './support/software-authenticator.js';
import { Crowd } from './support/crowd.js';
import { Entrance } from '../src/auth/entrance.js';
import { makeCodes } from './support/second-factor.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const CLOSE = '/account/close';
const CONFIRM = '/confirm?return_to=%2Faccount%2Fclose';

let test: TestApp;
let ada: Visitor;
let key: SoftwareAuthenticator;
beforeEach(async () => {
  test = await TestApp.start();
  await test.person('ada');
  ada = await test.signedIn();
  key = new SoftwareAuthenticator({ counts: true });
  expect((await addPasskey(ada, key)).status).toBe(303);
  test.clock.pass(minutes(11));
});
afterEach(() => test.close());

const show = async (visitor: Visitor, passkey: object, fields: Record<string, string> = {}) =>
  visitor.postForm('/confirm', { passkey: JSON.stringify(passkey), return_to: CLOSE, ...fields });
const askedOf = async (visitor: Visitor) => askedOn(await visitor.get(CONFIRM));
const answered = async (tweaks: Tweaks = {}) => key.get(await askedOf(ada), tweaks);
const confirmed = ({ status, location }: Answer) => status === 303 && location === CLOSE;
const isOpen = async () => (await ada.get(CLOSE)).status === 200;

describe('/confirm by a passkey', () => {
  it('is enough without the password, and gives the session a new id', async () => {
    expect(await isOpen()).toBe(false);
    const thief = ada.copy();
    expect(confirmed(await show(ada, await answered()))).toBe(true);
    expect(await isOpen()).toBe(true);
    expect((await thief.get('/session')).status).toBe(401);
  });

  it('is enough for people without a password, whom the page does not ask for one', async () => {
    await test.sql('UPDATE users SET password_hash = NULL');
    const page = await ada.get(CONFIRM);
    expect(page.body).not.toContain('type="password"');
    expect(confirmed(await show(ada, key.get(askedOn(page))))).toBe(true);
  });

  it('is enough in place of the code, beside the password, where it verified nobody', async () => {
    const unverified = await answered({ verified: false });
    expect((await show(ada, unverified)).status).toBe(422);
    expect(await isOpen()).toBe(false);
    const beside = await answered({ verified: false });
    expect(confirmed(await show(ada, beside, { password: PASSWORD }))).toBe(true);
    expect(await isOpen()).toBe(true);
  });

  it('does not help beside a wrong password', async () => {
    expect((await show(ada, await answered(), { password: 'wrong' })).status).toBe(422);
    expect(await isOpen()).toBe(false);
  });

  it.each<[string, Tweaks]>([
    ['signed by somebody else', { signature: () => Buffer.from('none') }],
    ['made at another site', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['that answers no challenge of ours', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['that nobody has', { credentialId: 'bm9ib2R5' }],
  ])('is refused where it is one %s', async (_, tweaks) => {
    const answer = await show(ada, await answered(tweaks));
    expect([answer.status, answer.body]).toEqual([422, expect.stringContaining('That did not work.')]);
    expect(await isOpen()).toBe(false);
  });

  it('is refused with a word where its counter went back, and the session goes on', async () => {
    const asked = await askedOf(ada);
    const answer = await show(ada, key.get(asked, { counter: 1 }));
    expect([answer.status, answer.body]).toEqual([422, expect.stringContaining('That did not work.')]);
    expect(test.log.events('authn_factor_refused')).toHaveLength(1);
    expect((await ada.get('/account')).status).toBe(200);
  });

  it('is refused where it answers the challenge of a sign-in, or one that is too old', async () => {
    expect((await show(ada, key.get(await challengeFor(ada)))).status).toBe(422);
    const old = await answered();
    test.clock.pass(CHALLENGE_LIFE);
    expect((await show(ada, old)).status).toBe(422);
    expect(await isOpen()).toBe(false);
  });

  it('is asked for anew by its button: the page may have been open for longer than its challenge lasts', async () => {
    const { body } = await ada.get(CONFIRM);
    expect(body).toContain('data-passkey-anew="/confirm/passkey"');
    test.clock.pass(CHALLENGE_LIFE);
    const asked = JSON.parse((await ada.get('/confirm/passkey')).body) as { challenge: string };
    expect(asked).toMatchObject({ rpId: 'localhost', allowCredentials: [{ id: key.credentialId }] });
    expect(confirmed(await show(ada, key.get(asked)))).toBe(true);
    expect(test.log.events('authn_step_fail')).toEqual([]);
  });

  it('is asked of nobody who has none', async () => {
    await test.person('eve');
    expect((await (await test.signedIn('eve')).get('/confirm/passkey')).status).toBe(404);
    expect((await test.visitor().get('/confirm/passkey')).status).toBe(401);
  });

  it('is told of as what it is on the next page, which speaks of no password', async () => {
    const asked = await ada.postForm('/account/close', { username: 'ada' });
    const [, then = ''] = /return_to=(.*)/.exec(asked.location ?? '') ?? [];
    const page = await ada.get(asked.location ?? '');
    const form = { passkey: JSON.stringify(key.get(askedOn(page))), return_to: decodeURIComponent(then) };
    const next = await ada.postForm('/confirm', form);
    const { body } = await ada.get(next.location ?? '');
    expect(body).toContain('You have confirmed that it’s you. Now you can close your account.');
  });

  it('or a recovery code beside the password is all that the page speaks of to who has those', async () => {
    test.clock.pass(-minutes(11));
    await makeCodes(ada);
    test.clock.pass(minutes(11));
    const { body } = await ada.get(CONFIRM);
    expect(body).toContain('use a passkey, or enter your password and a recovery code again.');
    expect(body).toContain('name="recovery_code"');
    // What has no other code above it is behind no summary, and in place of none.
    expect(body).not.toMatch(/<details class="other-way"|In place of the code above/);
  });

  it('is refused where it is another person’s, who is signed in elsewhere', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const hers = new SoftwareAuthenticator();
    await addPasskey(eve, hers);
    expect((await show(ada, hers.get(await askedOf(ada)))).status).toBe(422);
    expect((await show(ada, hers.get(await askedOf(eve)))).status).toBe(422);
    expect((await show(eve, await answered())).status).toBe(422);
    expect(await isOpen()).toBe(false);
  });

  it('is refused where the passkey was suspended while the page stood open', async () => {
    const late = await answered();
    await test.sql('UPDATE passkeys SET suspended_at = 1');
    await enrolled();
    expect((await show(ada, late)).status).toBe(422);
    expect(await isOpen()).toBe(false);
  });

  it('confirms once for one answer, of twenty at once', async () => {
    const response = await answered();
    const csrf = await ada.csrf();
    Crowd.at(test.get(Entrance), 'takingBack', 10);
    const fields = { passkey: JSON.stringify(response), return_to: CLOSE, _csrf: csrf };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ada.copy().post('/confirm', fields, { 'user-agent': `browser ${n}` }),
      ),
    );
    expect(answers.filter(confirmed)).toHaveLength(1);
  });

  it('counts wrong ones, and says when to come back', async () => {
    const wrong: Tweaks = { signature: () => Buffer.from('none') };
    for (let n = 0; n < 10; n += 1) expect((await show(ada, await answered(wrong))).status).toBe(422);
    const answer = await show(ada, await answered());
    expect([answer.status, answer.body]).toEqual([429, expect.stringContaining('Too many codes')]);
    test.clock.pass(minutes(1));
    expect(confirmed(await show(ada, await answered()))).toBe(true);
  });
});

/** Some factor of ada's is in force whatever happens to the passkey. */
const enrolled = () => test.sql('UPDATE users SET second_factor_at = 1');
