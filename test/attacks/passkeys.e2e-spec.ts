import { generateKeyPairSync } from 'node:crypto';
import { AuditLog } from '../../src/audit/audit-log.js';
import { CHALLENGE_LIFE } from '../../src/passkeys/challenges.js';
import { parseAttestation } from '../../src/passkeys/responses.js';
import { WebAuthn } from '../../src/passkeys/webauthn.js';
import { minutes } from '../../src/kernel/durations.js';
import { mailsOf } from '../support/outbox.js';
import {
  addPasskey,
  cbor,
  type Cbor,
  challengeFor,
  sendPasskey,
  signInByPasskey,
  SoftwareAuthenticator,
  type Tweaks,
} from '../support/software-authenticator.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const MAIL = 'ada@example.org';
const REFUSED = { status: 422, location: null };
const JSON_WANTED = { accept: 'application/json' };

let test: TestApp;
let adaId: string;
let ada: Visitor;
let key: SoftwareAuthenticator;

beforeEach(async () => {
  test = await TestApp.start();
  adaId = await test.person('ada', 'user', MAIL);
  ada = await test.signedIn();
  key = new SoftwareAuthenticator({ counts: true });
  expect((await addPasskey(ada, key)).status).toBe(303);
});
afterEach(() => test.close());

const reasons = () =>
  test.log
    .events('authn_login_fail')
    .filter(event => event['method'] === 'passkey')
    .map(event => event['reason']);
const sessionsOf = async (id: string) => {
  await test.get(AuditLog).settled();
  return (await test.sql("SELECT * FROM audit_events WHERE event = 'session_created' AND user_id = $1", [id]))
    .length;
};

describe('an answer that is changed', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const bit = (data: Buffer, at: number) => {
    const changed = Buffer.from(data);
    changed[at]! ^= 1;
    return changed;
  };
  const cases: readonly (readonly [name: string, tweaks: Tweaks, reason: string])[] = [
    ['is signed by another key', { key: other }, 'signature'],
    ['has one bit of its signature changed', { signature: made => bit(made, made.length - 1) }, 'signature'],
    ['has a signature that is none', { signature: () => Buffer.from('none') }, 'response'],
    ['has its counter raised after it was signed', { afterwards: data => bit(data, 36) }, 'signature'],
    [
      'is called verified after it was signed',
      { verified: false, afterwards: data => bit(bit(data, 32), 32) },
      'response',
    ],
    [
      'says that its user was verified, and was signed without',
      {
        verified: false,
        afterwards: data =>
          Buffer.concat([data.subarray(0, 32), Buffer.from([data[32]! | 4]), data.subarray(33)]),
      },
      'signature',
    ],
    ['was made without its user verified', { verified: false }, 'response'],
    ['was made without anybody there', { present: false }, 'response'],
    ['was made at another site', { origin: 'https://evil.example' }, 'origin'],
    ['was made at this host, on another port', { origin: 'http://localhost:4001' }, 'origin'],
    ['was made within a page of another site', { crossOrigin: true }, 'cross-origin'],
    [
      'was made within a page of another site, which it names',
      { crossOrigin: true, topOrigin: 'https://evil.example' },
      'cross-origin',
    ],
    [
      'names a page around it, and denies that it is another site’s',
      { topOrigin: 'https://evil.example' },
      'cross-origin',
    ],
    ['is for another host', { rpId: 'evil.example' }, 'response'],
    ['is for a host above this one', { rpId: 'host' }, 'response'],
    ['was made for adding a passkey', { type: 'webauthn.create' }, 'type'],
    ['was made for a payment', { type: 'payment.get' }, 'type'],
    ['answers no challenge of ours', { challenge: Buffer.alloc(32).toString('base64url') }, 'challenge'],
    ['answers an empty challenge', { challenge: '' }, 'challenge'],
    [
      'says that somebody else has the passkey',
      { userHandle: Buffer.from('somebody').toString('base64url') },
      'handle',
    ],
    ['does not say who has the passkey', { userHandle: null }, 'handle'],
    ['names a passkey that nobody has', { credentialId: 'bm9ib2R5' }, 'unknown'],
    ['ends in the middle of what was signed', { afterwards: data => data.subarray(0, 30) }, 'response'],
    [
      'says that more follows than does',
      { afterwards: data => Buffer.concat([data, Buffer.from('ff')]) },
      'response',
    ],
  ];

  it.each(cases)('%s: nobody comes in', async (_, tweaks, reason) => {
    const visitor = test.visitor();
    expect(await signInByPasskey(visitor, key, tweaks)).toMatchObject(REFUSED);
    expect(reasons()).toEqual([reason]);
    expect((await visitor.get('/welcome')).status).toBe(303);
    // The same key, used as it should be.
    expect((await signInByPasskey(visitor, key)).location).toBe('/welcome');
  });

  it('has one bit changed, whichever: nobody comes in', async () => {
    const visitor = test.visitor();
    const made = key.get(await challengeFor(visitor));
    for (const name of ['authenticatorData', 'clientDataJSON', 'signature'] as const) {
      const bytes = Buffer.from(String(made.response[name]), 'base64url');
      for (let at = 0; at < bytes.length; at += 7) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1 << (at % 8);
        test.clock.pass(minutes(0.05));
        const response = { ...made.response, [name]: changed.toString('base64url') };
        const { status } = await sendPasskey(test.visitor(), { ...made, response });
        expect([name, at, [422, 429].includes(status)]).toEqual([name, at, true]);
      }
    }
    expect((await visitor.get('/welcome')).status).toBe(303);
  });
});

describe('a text that is no answer', () => {
  const deep = '['.repeat(5000) + ']'.repeat(5000);
  it.each([
    ['', 422],
    ['null', 422],
    ['[]', 422],
    ['{"id":1}', 422],
    [deep, 422],
    ['{"__proto__":{"id":"x"}}', 422],
    ['x'.repeat(40_000), 413],
  ])('%.30s', async (credential, status) => {
    expect((await test.visitor().post('/login/passkey', { credential })).status).toBe(status);
  });

  it('is JSON where a form belongs', async () => {
    const body = JSON.stringify({ credential: '{}' });
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    expect((await test.visitor().send('POST', '/login/passkey', body, headers)).status).toBe(415);
  });

  it('comes from another site', async () => {
    const visitor = test.visitor();
    const response = key.get(await challengeFor(visitor));
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await sendPasskey(visitor, response, {}, foreign)).status).toBe(403);
    const asked = { ...foreign, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
    expect((await visitor.get('/login/passkey', asked)).status).toBe(403);
  });
});

describe('a challenge', () => {
  it('is worth one session: of twenty at once with the same answer one comes in', async () => {
    const visitor = test.visitor();
    const response = key.get(await challengeFor(visitor));
    const before = await sessionsOf(adaId);
    const twins = Array.from({ length: 20 }, () => visitor.copy());
    const answers = await Promise.all(twins.map(twin => sendPasskey(twin, response)));
    expect(answers.filter(({ location }) => location === '/welcome')).toHaveLength(1);
    expect(await sessionsOf(adaId)).toBe(before + 1);
    expect(reasons().filter(reason => reason === 'replayed').length).toBeGreaterThan(0);
    // An answer that is replayed tells nothing of copies.
    expect(test.log.events('authn_factor_refused')).toEqual([]);
  });

  it('is over after five minutes', async () => {
    const visitor = test.visitor();
    const options = await challengeFor(visitor);
    test.clock.pass(CHALLENGE_LIFE - 1);
    const early = await challengeFor(visitor);
    test.clock.pass(1);
    expect(await sendPasskey(visitor, key.get(options))).toMatchObject(REFUSED);
    expect((await sendPasskey(visitor, key.get(early))).location).toBe('/welcome');
  });

  it('is worth nothing in another browser', async () => {
    const response = key.get(await challengeFor(test.visitor()));
    expect(await sendPasskey(test.visitor(), response)).toMatchObject(REFUSED);
    const asked = test.visitor();
    await challengeFor(asked);
    expect(await sendPasskey(asked, response)).toMatchObject(REFUSED);
    expect(reasons()).toEqual(['challenge', 'challenge']);
  });

  it('from a clock that was ahead is worth nothing', async () => {
    const visitor = test.visitor();
    test.clock.pass(minutes(10));
    const options = await challengeFor(visitor);
    test.clock.pass(minutes(-10));
    expect(await sendPasskey(visitor, key.get(options))).toMatchObject(REFUSED);
  });

  it('for adding a passkey signs nobody in, and one for signing in adds none', async () => {
    const asked = await ada.get('/account/security/passkeys/options', JSON_WANTED);
    const { challenge } = JSON.parse(asked.body) as { challenge: string };
    expect(await signInByPasskey(test.visitor(), key, { challenge })).toMatchObject(REFUSED);
    const own = await challengeFor(ada);
    expect((await addPasskey(ada, new SoftwareAuthenticator(), own)).status).toBe(422);
  });

  it('and another, asked for in two tabs of one browser, are both good', async () => {
    const visitor = test.visitor();
    const [one, other] = [await challengeFor(visitor), await challengeFor(visitor)];
    expect((await sendPasskey(visitor.copy(), key.get(one))).location).toBe('/welcome');
    expect((await sendPasskey(visitor.copy(), key.get(other))).location).toBe('/welcome');
  });

  it('leaves nothing in the database until it is answered, and nothing for long', async () => {
    await test.sql('DELETE FROM used_challenges');
    const visitor = test.visitor();
    await challengeFor(visitor);
    await signInByPasskey(visitor, key, { verified: false });
    expect(await test.sql('SELECT * FROM used_challenges')).toEqual([]);
    await signInByPasskey(visitor, key);
    const [row] = await test.sql<{ digest: string }>('SELECT digest FROM used_challenges');
    expect(row?.digest).toMatch(/^[\w-]{43}$/);
  });
});

describe('the counter of a passkey', () => {
  const mailed = async () => (await mailsOf(test)).filter(({ subject }) => subject.includes('refused'));

  it.each([
    ['goes back', 1],
    ['stands still', 7],
    ['is gone', 0],
  ])('%s: nobody comes in, and its owner is told', async (_, counter) => {
    const visitor = test.visitor();
    expect((await signInByPasskey(visitor, key, { counter: 7 })).location).toBe('/welcome');
    expect(await signInByPasskey(test.visitor(), key, { counter })).toMatchObject(REFUSED);
    expect(reasons()).toEqual(['counter']);
    expect(test.log.events('authn_factor_refused')).toHaveLength(1);
    expect(await mailed()).toHaveLength(1);
  });

  it('is not believed before the signature is: nobody is told of a forged one', async () => {
    await signInByPasskey(test.visitor(), key, { counter: 7 });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await signInByPasskey(test.visitor(), key, { counter: 1, key: privateKey })).toMatchObject(
      REFUSED,
    );
    expect(reasons()).toEqual(['signature']);
    expect(test.log.events('authn_factor_refused')).toEqual([]);
    expect(await mailed()).toEqual([]);
  });

  it('only grows, whichever of two answers comes first', async () => {
    const [one, other] = [test.visitor(), test.visitor()];
    const early = key.get(await challengeFor(one));
    const late = key.get(await challengeFor(other));
    expect((await sendPasskey(other, late)).location).toBe('/welcome');
    expect(await sendPasskey(one, early)).toMatchObject(REFUSED);
    const [row] = await test.sql<{ counter: number | string }>('SELECT counter FROM passkeys');
    expect(Number(row?.counter)).toBe(key.counter);
  });

  it('is 0 for ever where the authenticator does not count', async () => {
    const plain = new SoftwareAuthenticator({ synced: true });
    await addPasskey(ada, plain);
    for (let n = 0; n < 3; n += 1)
      expect((await signInByPasskey(test.visitor(), plain)).location).toBe('/welcome');
  });
});

describe('a passkey', () => {
  it('of another person opens nothing for whom it names', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const hers = new SoftwareAuthenticator();
    await addPasskey(eve, hers);
    const visitor = test.visitor();
    expect(await signInByPasskey(visitor, hers, { userHandle: key.userHandle! })).toMatchObject(REFUSED);
    expect(
      await signInByPasskey(visitor, hers, { credentialId: key.credentialId, userHandle: key.userHandle! }),
    ).toMatchObject(REFUSED);
    await signInByPasskey(visitor, hers);
    expect((await visitor.get('/session')).body).toContain('"eve"');
  });

  it('that is somebody’s already is added by nobody else, and stays theirs', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    expect((await addPasskey(eve, key)).status).toBe(422);
    expect(await test.sql('SELECT user_id FROM passkeys')).toEqual([{ user_id: adaId }]);
  });

  it('is seen, named and removed by nobody else', async () => {
    const [row] = await test.sql<{ id: string }>('SELECT id FROM passkeys');
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const page = `/account/security/passkeys/${row!.id}`;
    expect((await eve.get(page)).status).toBe(404);
    expect((await eve.postForm(`${page}/rename`, { name: 'mine' })).status).toBe(404);
    expect((await eve.postForm(`${page}/remove`)).status).toBe(404);
    expect((await signInByPasskey(test.visitor(), key)).location).toBe('/welcome');
  });

  it('that was removed while it was on its way opens nothing', async () => {
    const visitor = test.visitor();
    const response = key.get(await challengeFor(visitor));
    await test.sql('DELETE FROM passkeys');
    expect(await sendPasskey(visitor, response)).toMatchObject(REFUSED);
  });

  it('that is suspended opens nothing', async () => {
    await test.sql('UPDATE passkeys SET suspended_at = 1');
    expect(await signInByPasskey(test.visitor(), key)).toMatchObject(REFUSED);
    expect(reasons()).toEqual(['suspended']);
  });

  it('of somebody who is disabled opens nothing', async () => {
    await test.sql('UPDATE users SET disabled_at = 1');
    expect(await signInByPasskey(test.visitor(), key)).toMatchObject(REFUSED);
    expect(reasons()).toEqual(['disabled']);
  });

  it('of somebody who is gone opens nothing, and is gone', async () => {
    await test.sql('DELETE FROM users WHERE id = $1', [adaId]);
    expect(await test.sql('SELECT * FROM passkeys')).toEqual([]);
    expect(await signInByPasskey(test.visitor(), key)).toMatchObject(REFUSED);
  });

  it('that was made for another host opens nothing', async () => {
    await test.sql("UPDATE passkeys SET rp_id = 'old.example'");
    expect(await signInByPasskey(test.visitor(), key)).toMatchObject(REFUSED);
    expect(reasons()).toEqual(['elsewhere']);
  });
});

describe('a new passkey', () => {
  const add = (tweaks: Tweaks, made = new SoftwareAuthenticator()) => addPasskey(ada, made, tweaks);
  const kept = async () => (await test.sql('SELECT id FROM passkeys')).length;

  it.each<[string, Tweaks]>([
    ['was made without its user verified', { verified: false }],
    ['was made without anybody there', { present: false }],
    ['was made at another site', { origin: 'https://evil.example' }],
    ['was made within a page of another site', { crossOrigin: true }],
    ['is for another host', { rpId: 'evil.example' }],
    ['answers no challenge of ours', { challenge: 'x' }],
    ['was made for signing in', { type: 'webauthn.get' }],
    ['is called otherwise than what was signed', { credentialId: 'AAAA' }],
  ])('that %s is not taken', async (_, tweaks) => {
    expect((await add(tweaks)).status).toBe(422);
    expect(await kept()).toBe(1);
  });

  it('whose statement holds certificates is not taken: they say where to ask for revoked ones', async () => {
    const x5c = (authData: Buffer) =>
      cbor(
        new Map<string, Cbor>([
          ['fmt', 'packed'],
          [
            'attStmt',
            new Map<string, Cbor>([
              ['alg', -7],
              ['sig', Buffer.alloc(8)],
              ['x5c', [Buffer.alloc(8)]],
            ]),
          ],
          ['authData', authData],
        ]),
      );
    // By its reason: the library, which would ask, has not seen it.
    const seen = async (attestation: (authData: Buffer) => Buffer) => {
      expect((await add({ attestation })).status).toBe(422);
      const made = parseAttestation(
        JSON.stringify(new SoftwareAuthenticator().create({ challenge: 'x' }, { attestation })),
      );
      const done = await test.get(WebAuthn).verifyNew(made!, { challenge: () => true });
      return done.outcome === 'no' ? done.reason : null;
    };
    expect(await seen(x5c)).toBe('attestation');
    for (const fmt of ['tpm', 'android-key', 'android-safetynet', 'apple', 'fido-u2f', 'x'])
      expect(
        await seen(authData =>
          cbor(
            new Map<string, Cbor>([
              ['fmt', fmt],
              ['attStmt', new Map()],
              ['authData', authData],
            ]),
          ),
        ),
      ).toBe('attestation');
    expect(await kept()).toBe(1);
  });

  it('whose statement is nested without end is not taken, and the server goes on', async () => {
    const nested = () => Buffer.alloc(8000, 0x81);
    expect((await add({ attestation: nested })).status).toBe(422);
    expect((await test.visitor().get('/health/live')).status).toBe(200);
  });

  it('whose statement is by another key is not taken, and by its own it is', async () => {
    const forged = (authData: Buffer) => {
      const other = new SoftwareAuthenticator();
      const sig = Buffer.from(String(other.get({ challenge: 'x' }).response['signature']), 'base64url');
      return cbor(
        new Map<string, Cbor>([
          ['fmt', 'packed'],
          [
            'attStmt',
            new Map<string, Cbor>([
              ['alg', -7],
              ['sig', sig],
            ]),
          ],
          ['authData', authData],
        ]),
      );
    };
    expect((await add({ attestation: forged })).status).toBe(422);
    expect((await add({ attestation: 'packed' })).status).toBe(303);
  });

  it.each([{ modulusLength: 1024 }, { modulusLength: 2047 }, { modulusLength: 2048, publicExponent: 3 }])(
    'of RSA is not taken where others could sign for it: %j',
    async rsa => {
      const before = await kept();
      expect((await add({}, new SoftwareAuthenticator({ kind: 'RS256', rsa }))).status).toBe(422);
      expect(await kept()).toBe(before);
    },
  );

  it('is added once, by one of twenty at once with the same answer', async () => {
    const asked = await ada.get('/account/security/passkeys/options', JSON_WANTED);
    const made = new SoftwareAuthenticator().create(JSON.parse(asked.body) as { challenge: string });
    const csrf = await ada.csrf();
    const fields = { credential: JSON.stringify(made), _csrf: csrf };
    const twins = Array.from({ length: 20 }, () => ada.copy());
    const answers = await Promise.all(twins.map(twin => twin.post('/account/security/passkeys/add', fields)));
    expect(answers.filter(({ location }) => location === '/account/security/recovery-codes')).toHaveLength(1);
    expect(await kept()).toBe(2);
  });

  it('answers the challenge of the session that asked, and of no other', async () => {
    const elsewhere = test.visitor();
    await signInByPasskey(elsewhere, key);
    const asked = await elsewhere.get('/account/security/passkeys/options', JSON_WANTED);
    const { challenge } = JSON.parse(asked.body) as { challenge: string };
    expect((await add({ challenge })).status).toBe(422);
  });

  it('is not taken from whoever signed in long ago, nor from a session that has ended', async () => {
    test.clock.pass(minutes(11));
    expect((await ada.get('/account/security/passkeys/options', JSON_WANTED)).status).toBe(403);
    const answer = await ada.postForm('/account/security/passkeys/add', { credential: '{}' });
    expect(answer.location).toMatch(/^\/confirm/);
    expect(await kept()).toBe(1);
  });

  it('needs the token of the session', async () => {
    const { status } = await ada.post('/account/security/passkeys/add', { credential: '{}' });
    expect(status).toBe(403);
  });
});

describe('whoever shows passkeys that are none', () => {
  it('has to wait after a while, and can sign in by password meanwhile', async () => {
    const forged = () => signInByPasskey(test.visitor(), key, { signature: () => Buffer.from('none') });
    for (let n = 0; n < 20; n += 1) expect((await forged()).status).toBe(422);
    const late = await forged();
    expect([late.status, late.headers['retry-after']]).toEqual([429, '30']);
    await test.person('eve');
    expect((await test.visitor().arrive('eve', PASSWORD)).status).toBe(303);
  });

  it('keeps nobody from their passkey who has signed in from this browser before', async () => {
    for (let n = 0; n < 25; n += 1)
      await signInByPasskey(test.visitor(), key, { signature: () => Buffer.from('none') });
    expect((await signInByPasskey(test.visitor(), key)).status).toBe(429);
    await ada.post('/logout');
    expect((await signInByPasskey(ada, key)).location).toBe('/welcome');
  });

  it('is told no more than anybody else: all refusals look alike', async () => {
    const shown = async (tweaks: Tweaks) => {
      const { status, body } = await signInByPasskey(test.visitor(), key, tweaks);
      return [status, body.replaceAll(/nonce="[^"]+"|name="_csrf" value="[^"]+"/g, '')];
    };
    const wrong = await shown({ signature: () => Buffer.from('none') });
    expect(await shown({ credentialId: 'bm9ib2R5' })).toEqual(wrong);
    expect(await shown({ userHandle: null })).toEqual(wrong);
    await test.sql('UPDATE users SET disabled_at = 1');
    expect(await shown({})).toEqual(wrong);
  });

  it('sees the same challenge, whoever has an account, and whoever asks', async () => {
    const shape = async (visitor: Visitor) =>
      (await visitor.get('/login/passkey')).body.replace(/"challenge":"[\w-]+"/, '');
    expect(await shape(test.visitor())).toBe(await shape(ada));
    await test.sql('DELETE FROM passkeys');
    expect(await shape(test.visitor())).toBe(await shape(ada));
  });
});
