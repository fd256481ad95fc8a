import { SecretRing } from '../src/crypto/secret-ring.js';
import { deriveSecret } from '../src/crypto/secret-token.js';
import { neededKeys, needsInWords, needsOf } from '../src/database/needed-keys.js';
import { DataKeyCheck } from '../src/ops/data-key-check.js';
import { KeyRotation, NEW, OLD } from './support/key-rotation.js';
import { sendAll } from './support/outbox.js';
import { PASSWORD } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const ANOTHER_SECRET = { SESSION_SECRET: 'another-secret-of-sessions-after-a-restore' };

let its: KeyRotation;
beforeEach(async () => (its = await KeyRotation.start()));
afterEach(() => its.stop());

describe('data keys that are changed', () => {
  it('open what the old one sealed', async () => {
    await its.promiseMails();
    its.put(NEW, OLD);
    await its.restart();
    await its.sendLater();
    expect(its.server.arrived).toHaveLength(1);
  });

  it('end a start without the old one while it is needed, and none where both are there', async () => {
    await its.promiseMails(2);
    const before = await its.mails();
    its.put(NEW);
    its.keys.reload();
    // What every start does before anything else; test/process/ has a whole one.
    await expect(its.test.get(DataKeyCheck).onModuleInit()).rejects.toThrow(
      `A data key is missing: ${OLD.id}, which 2 mails cannot do without. Put its line back into ` +
        `${JSON.stringify(its.file)} (DATA_KEY_FILE of the environment), from the copy that was kept apart from the backups.`,
    );
    its.put(NEW, OLD);
    await its.restart();
    expect(await its.mails()).toEqual(before);
  });

  it('are read again while the server runs, but never without one that a row needs', async () => {
    await its.promiseMails();
    its.put(NEW, OLD);
    await its.test.get(DataKeyCheck).reload();
    expect(its.keys.ids).toEqual([NEW.id, OLD.id]);
    its.put(NEW);
    await expect(its.test.get(DataKeyCheck).reload()).rejects.toThrow(
      `A data key is missing: ${OLD.id}, which 1 mail `,
    );
    expect(its.keys.ids).toEqual([NEW.id, OLD.id]);
    await its.sendLater();
    await its.test.get(DataKeyCheck).reload();
    expect(its.keys.ids).toEqual([NEW.id]);
  });
});

describe('data keys that rows need', () => {
  it('are found by a look-up each, whatever their ids are', async () => {
    await its.promiseMails();
    for (const id of ['a', 'ab', 'a0', 'zz9', '0']) await its.addMail(`of-${id}`, `${id}.AAAA`);
    expect(await neededKeys(its.database)).toEqual(['0', 'a', 'a0', 'ab', OLD.id, 'zz9'].sort());
    expect(needsInWords(await needsOf(its.database))).toBe(Array(6).fill('1 mail').join(', '));
  });

  it('are none in a schema of before, so that one can be copied as it is', async () => {
    await its.promiseMails();
    await its.test.sql('ALTER TABLE mails RENAME COLUMN sealed TO away');
    expect([await neededKeys(its.database), await needsOf(its.database)]).toEqual([[], []]);
    await its.test.sql('ALTER TABLE mails RENAME COLUMN away TO sealed');
    expect(await neededKeys(its.database)).toEqual([OLD.id]);
  });
});

describe('a known browser', () => {
  let browser: Visitor;
  beforeEach(async () => {
    await its.test.person('ada', 'user', 'ada@example.org');
    browser = await its.test.signedIn('ada');
  });

  /** Whether its owner gets a notice of a new device when they sign in with it. */
  const isNew = async () => {
    await sendAll(its.test);
    its.server.arrived.length = 0;
    const later = its.test.visitor();
    later.cookies.set('gatehouse-device', browser.cookies.get('gatehouse-device') ?? '');
    expect((await later.arrive('ada', PASSWORD)).status).toBe(303);
    await sendAll(its.test);
    return its.server.arrived.length > 0;
  };

  it('stays known when the session secret is another', async () => {
    await its.restart(ANOTHER_SECRET);
    expect(await isNew()).toBe(false);
  });

  it('stays known while the data key that sealed is in the ring, and no longer', async () => {
    its.put(NEW, OLD);
    await its.restart();
    expect(await isNew()).toBe(false);
    // As after a year: what was chained with it is gone.
    await its.test.sql('DELETE FROM audit_streams WHERE key_id = $1', [OLD.id]);
    its.put(NEW);
    await its.restart();
    expect(await isNew()).toBe(true);
  });

  it('stays known where a version before data keys knew it', async () => {
    const [ada] = await its.test.sql<{ id: string }>("SELECT id FROM users WHERE username = 'ada'");
    const [name = ''] = (browser.cookies.get('gatehouse-device') ?? '').split('.');
    const secret = its.test.get(SecretRing).first('known devices');
    const seal = deriveSecret(secret, `${name}:${ada!.id}`).slice(0, 22);
    browser.cookies.set('gatehouse-device', `${name}.${seal}`);
    expect(await isNew()).toBe(false);
    browser.cookies.set('gatehouse-device', `${name}.${deriveSecret('', `${name}:${ada!.id}`).slice(0, 22)}`);
    expect(await isNew()).toBe(true);
  });
});
