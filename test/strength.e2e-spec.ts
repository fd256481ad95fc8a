import { Controller, Get, Module } from '@nestjs/common';
import { Public, RequireRole, RequireStrength } from '../src/http/access.js';
import { hours, minutes } from '../src/kernel/durations.js';
import {
  answerStep,
  enrol,
  fieldOf,
  Phone,
  secretOn,
  stepOf,
  toSecondStep,
} from './support/second-factor.js';
import { addPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const JSON_PLEASE = { accept: 'application/json' };

@Controller('vault')
class VaultController {
  @RequireStrength(2)
  @Get()
  open() {
    return { open: true };
  }

  @Public()
  @RequireStrength(2)
  @Get('public')
  never() {
    return { open: true };
  }

  @RequireRole('admin')
  @Get('admin')
  administrators() {
    return { open: true };
  }
}

@Module({ controllers: [VaultController] })
class VaultModule {}

let test: TestApp;
const start = async (policy: string) => {
  test = await TestApp.start({ SECOND_FACTOR: policy }, [VaultModule]);
  await test.person('ada');
  await test.person('ann', 'admin');
};
afterEach(() => test.close());

describe('@RequireStrength(2)', () => {
  beforeEach(() => start('optional'));

  it('leads people without a second factor to adding one, and then on', async () => {
    const ada = await test.signedIn();
    const answer = await ada.get('/vault');
    expect([answer.status, answer.location]).toEqual([303, '/account/security?return_to=%2Fvault']);
    const page = await ada.get(answer.location!);
    expect(page.body).toContain('href="/account/security/authenticator?return_to&#x3D;%2Fvault"');
    const adding = await ada.get('/account/security/authenticator?return_to=%2Fvault');
    const added = await ada.postForm('/account/security/authenticator', {
      pending: fieldOf(adding, 'pending'),
      return_to: '/vault',
      code: new Phone(test, secretOn(adding)).code(),
    });
    expect(added.location).toBe('/account/security/recovery-codes?return_to=%2Fvault');
    expect((await ada.get('/vault')).status).toBe(200);
  });

  it('leads on from adding a passkey as well, by way of recovery codes, and its page says what it changes', async () => {
    const ada = await test.signedIn();
    const security = await ada.get((await ada.get('/vault')).location!);
    expect(security.body).toContain('href="/account/security/passkeys/add?return_to&#x3D;%2Fvault"');
    const adding = await ada.get('/account/security/passkeys/add?return_to=%2Fvault');
    expect(adding.body).toContain('your password alone opens nothing from then on');
    expect(adding.body).toContain('you are signed out everywhere else');
    const fields = { return_to: fieldOf(adding, 'return_to') };
    const added = await addPasskey(ada, new SoftwareAuthenticator(), {}, fields);
    expect(added.location).toBe('/account/security/recovery-codes?return_to=%2Fvault');
    const { body } = await ada.get(added.location!);
    expect(body).toContain('Your password alone opens nothing any more');
    expect((await ada.get('/vault')).status).toBe(200);
    expect((await ada.get('/account/security/passkeys/add')).body).not.toContain('password alone');
  });

  it('counts no factor that was removed since, once the password alone was given again', async () => {
    const phone = await enrol(test, await test.signedIn());
    const ada = test.visitor();
    const step = await toSecondStep(ada, 'ada', { remember: 'on' });
    await answerStep(ada, step, { code: phone.fresh() });
    await ada.postForm('/account/security/authenticator/remove');
    test.clock.pass(hours(25));
    expect((await ada.postForm('/confirm', { password: PASSWORD })).location).toBe('/welcome');
    expect((await ada.get('/vault')).location).toBe('/account/security?return_to=%2Fvault');
    expect((await ada.get('/session', JSON_PLEASE)).body).toContain('"amr":["pwd"]');
  });

  it('counts none either, once the password was changed with the present one alone', async () => {
    const phone = await enrol(test, await test.signedIn());
    const ada = test.visitor();
    await answerStep(ada, await toSecondStep(ada, 'ada', { remember: 'on' }), { code: phone.fresh() });
    await ada.postForm('/account/security/authenticator/remove');
    test.clock.pass(hours(25));
    const chosen = { password: 'seven calm otters drift', password_again: 'seven calm otters drift' };
    expect((await ada.postForm('/account/password', { current_password: PASSWORD, ...chosen })).status).toBe(
      303,
    );
    expect((await ada.get('/vault')).location).toBe('/account/security?return_to=%2Fvault');
  });

  it('tells programs so', async () => {
    const answer = await (await test.signedIn()).get('/vault', JSON_PLEASE);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      403,
      { type: 'http://localhost:4000/account/security', next: '/account/security?return_to=%2Fvault' },
    ]);
  });

  it('asks for both again after a day, and comes back', async () => {
    const ada = await test.signedIn('ada', { remember: 'on' });
    const phone = await enrol(test, ada);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor, 'ada', { remember: 'on' });
    await answerStep(visitor, page, { code: phone.fresh() });
    expect((await visitor.get('/vault')).status).toBe(200);
    test.clock.pass(hours(24));
    expect((await visitor.get('/vault')).location).toBe('/confirm?return_to=%2Fvault');
    const json = await visitor.get('/vault', JSON_PLEASE);
    expect(JSON.parse(json.body)).toMatchObject({ status: 403, next: '/confirm?return_to=%2Fvault' });
    const confirm = { password: PASSWORD, return_to: '/vault' };
    const without = await visitor.postForm('/confirm', confirm);
    expect([without.status, without.body.includes('Enter the code that')]).toEqual([422, true]);
    const wrong = await visitor.postForm('/confirm', { ...confirm, code: phone.wrong() });
    expect(wrong.status).toBe(422);
    const done = await visitor.postForm('/confirm', { ...confirm, code: phone.fresh() });
    expect([done.status, done.location]).toEqual([303, '/vault']);
    expect((await visitor.get('/vault')).status).toBe(200);
  });

  it('closes a route that is marked public as well', async () => {
    expect((await test.visitor().get('/vault/public')).location).toBe('/login?return_to=%2Fvault%2Fpublic');
    expect((await (await test.signedIn()).get('/vault/public')).location).toMatch(/^\/account\/security/);
  });
});

describe('what asks for a recent sign-in', () => {
  beforeEach(() => start('optional'));

  it('asks people with a second factor for it: the password alone, and changing it, are not enough', async () => {
    const ada = await test.signedIn();
    const phone = await enrol(test, ada);
    test.clock.pass(minutes(11));
    expect((await ada.get('/account/security/recovery-codes')).location).toMatch(/^\/confirm/);
    const changed = await ada.postForm('/account/password', {
      current_password: PASSWORD,
      password: 'seven calm otters drift',
      password_again: 'seven calm otters drift',
    });
    expect(changed.status).toBe(303);
    expect((await ada.get('/account/security/recovery-codes')).location).toMatch(/^\/confirm/);
    const confirm = { password: 'seven calm otters drift', code: phone.fresh() };
    expect((await ada.postForm('/confirm', confirm)).status).toBe(303);
    expect((await ada.get('/account/security/recovery-codes')).status).toBe(200);
  });
});

describe('the first second factor', () => {
  beforeEach(() => start('optional'));

  it('ends the sign-ins that were made without one, and makes this one strong', async () => {
    const [ada, other] = [await test.signedIn(), await test.signedIn()];
    await enrol(test, ada);
    expect((await other.get('/account')).location).toMatch(/^\/login/);
    const { session } = JSON.parse((await ada.get('/session', JSON_PLEASE)).body) as {
      session: { amr: string[] };
    };
    expect(session.amr).toEqual(['pwd', 'otp']);
  });

  it('is replaced by another one only with both shown a moment ago, and the old one is worth nothing then', async () => {
    const ada = await test.signedIn();
    const old = await enrol(test, ada);
    test.clock.pass(minutes(1));
    const fresh = await enrol(test, ada);
    const visitor = test.visitor();
    expect((await answerStep(visitor, await toSecondStep(visitor), { code: old.fresh() })).status).toBe(422);
    expect((await answerStep(visitor, await toSecondStep(visitor), { code: fresh.fresh() })).status).toBe(
      303,
    );
  });

  it('can be removed where nobody asks for one, and the password is enough again', async () => {
    const ada = await test.signedIn();
    await enrol(test, ada);
    const removed = await ada.postForm('/account/security/authenticator/remove');
    expect(removed.location).toBe('/account/security');
    expect((await ada.get('/account/security')).body).toContain('has been removed');
    expect((await test.visitor().signIn('ada', PASSWORD)).location).toBe('/welcome');
  });
});

describe('SECOND_FACTOR=admins', () => {
  beforeEach(() => start('admins'));

  it('lets an administrator’s role sleep until a factor was shown, and leads to adding one, not to a 403', async () => {
    const ann = await test.signedIn('ann');
    const { user } = JSON.parse((await ann.get('/session', JSON_PLEASE)).body) as { user: { role: string } };
    expect(user.role).toBe('user');
    const answer = await ann.get('/vault/admin');
    expect([answer.status, answer.location]).toEqual([303, '/account/security?return_to=%2Fvault%2Fadmin']);
    await enrol(test, ann);
    expect((await ann.get('/vault/admin')).status).toBe(200);
    const refused = await ann.postForm('/account/security/authenticator/remove');
    expect([refused.status, refused.body.includes('this is your last one')]).toEqual([422, true]);
  });

  it('is a 403 as ever for people without the role', async () => {
    expect((await (await test.signedIn()).get('/vault/admin')).status).toBe(403);
  });

  it('lets the data that an administrator takes away say what is stored: the role, also while it sleeps', async () => {
    const ann = await test.signedIn('ann');
    const data = JSON.parse((await ann.get('/account/data')).body) as { account: { role: string } };
    expect(data.account.role).toBe('admin');
  });

  it('leaves others as they were', async () => {
    const ada = await test.signedIn();
    await enrol(test, ada);
    expect((await ada.postForm('/account/security/authenticator/remove')).status).toBe(303);
  });

  it('says at the start how many administrators have none', async () => {
    const DATA_DIR = test.dataDir;
    const again = await TestApp.start({ SECOND_FACTOR: 'admins', DATA_DIR });
    const said = again.log.lines.map(({ message }) => String(message));
    expect(said.filter(line => line.startsWith('One administrator has no second factor'))).toHaveLength(1);
    await again.close();
  });
});

describe('SECOND_FACTOR=everybody', () => {
  beforeEach(() => start('everybody'));

  it('gives who has none a step in which one is added, and no session before', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor, 'ada', { return_to: '/account/devices' });
    expect(await test.stored.sessions()).toEqual([]);
    const shown = await visitor.get(page);
    expect(shown.body).toContain('This site asks everybody for a second factor, and you have none yet');
    const phone = new Phone(test, secretOn(shown));
    const pending = fieldOf(shown, 'pending');
    const wrong = await answerStep(visitor, page, { code: phone.wrong(), pending });
    expect([wrong.status, secretOn(wrong)]).toEqual([422, phone.secret]);
    const done = await answerStep(visitor, page, { code: phone.code(), pending: fieldOf(wrong, 'pending') });
    expect([done.status, done.location]).toEqual([
      303,
      '/account/security/recovery-codes?return_to=%2Faccount%2Fdevices',
    ]);
    expect((await visitor.get('/account')).status).toBe(200);
    expect(test.log.events('authn_factor_added')).toMatchObject([{ method: 'authenticator' }]);
    expect(fieldOf(await test.visitor().get('/login'), 'step')).toBe('');
    const second = test.visitor();
    expect((await second.get(await toSecondStep(second))).body).toContain('Code from your authenticator app');
    expect(stepOf(page)).toHaveLength(16);
  });

  it('opens nothing to sessions of before: their people sign in anew, and add one first', async () => {
    const before = await TestApp.start({ SECOND_FACTOR: 'optional' });
    await before.person('eve');
    const eve = await before.signedIn('eve', { remember: 'on' });
    const after = await TestApp.start({ SECOND_FACTOR: 'everybody', DATA_DIR: before.dataDir });
    const visitor = after.visitor();
    for (const [name, value] of eve.cookies) visitor.cookies.set(name, value);
    expect((await visitor.get('/session', JSON_PLEASE)).status).toBe(401);
    const sent = await visitor.get('/account/devices');
    expect([sent.status, sent.location]).toEqual([303, '/login?return_to=%2Faccount%2Fdevices']);
    const page = await toSecondStep(visitor, 'eve', { return_to: '/account/devices' });
    const shown = await visitor.get(page);
    const code = new Phone(after, secretOn(shown)).code();
    await answerStep(visitor, page, { code, pending: fieldOf(shown, 'pending') });
    expect((await visitor.get('/account/devices')).status).toBe(200);
    expect(await after.stored.sessions()).toHaveLength(1);
    await after.close();
    await before.close();
  });

  it('ends sessions of before with the factor that is added: they open nothing where the policy goes back', async () => {
    const before = await TestApp.start({ SECOND_FACTOR: 'optional' });
    await before.person('eve');
    const eve = await before.signedIn('eve', { remember: 'on' });
    const DATA_DIR = before.dataDir;
    const strict = await TestApp.start({ SECOND_FACTOR: 'everybody', DATA_DIR });
    const elsewhere = strict.visitor();
    const page = await toSecondStep(elsewhere, 'eve');
    const shown = await elsewhere.get(page);
    const code = new Phone(strict, secretOn(shown)).code();
    await answerStep(elsewhere, page, { code, pending: fieldOf(shown, 'pending') });
    expect((await elsewhere.get('/account')).status).toBe(200);
    expect(strict.log.events('session_ended')).toMatchObject([{ reason: 'authn_factor_added' }]);
    const after = await TestApp.start({ SECOND_FACTOR: 'optional', DATA_DIR });
    const visitor = after.visitor();
    for (const [name, value] of eve.cookies) visitor.cookies.set(name, value);
    expect((await visitor.get('/session', JSON_PLEASE)).status).toBe(401);
    expect(await after.stored.sessions()).toHaveLength(1);
    for (const each of [after, strict, before]) await each.close();
  });
});
