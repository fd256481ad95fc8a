import { SecretBox } from '../src/crypto/secret-box.js';
import { SecretRing } from '../src/crypto/secret-ring.js';
import { mailPlace } from '../src/mail/mail.entity.js';
import { KeyRotation, NEW, OLD } from './support/key-rotation.js';

describe('a sealed mail', () => {
  let its: KeyRotation;
  beforeEach(async () => {
    its = await KeyRotation.start();
    await its.promiseMails();
  });
  afterEach(() => its.stop());

  const EMPTY = [{ content: '', sealed: null, due_at: null }];
  const rows = () => its.test.sql('SELECT content, sealed, due_at FROM mails');

  it('outlives the session secret', async () => {
    await its.restart({ SESSION_SECRET: 'another-secret-of-sessions-after-a-restore' });
    await its.sendLater();
    expect(its.server.arrived).toHaveLength(1);
    expect(await rows()).toEqual(EMPTY);
  });

  it('goes as before where a version before data keys promised it', async () => {
    const [row] = await its.mails();
    const text = its.keys.open(row!.sealed!, mailPlace(row!.id))!;
    const content = new SecretBox(its.test.get(SecretRing).for('mails')).seal(text, row!.id);
    await its.test.sql('UPDATE mails SET content = $1, sealed = NULL', [content]);
    await its.restart();
    await its.sendLater();
    expect(its.server.arrived).toHaveLength(1);
    expect(await rows()).toEqual(EMPTY);
  });

  it('goes once, where a node of a version before gave it up because it cannot open it', async () => {
    // What such a node writes: it knows `content` alone, and finds nothing in it.
    const given = "SET content = '', due_at = NULL, attempts = 2, answer = 'Its content cannot be opened'";
    await its.test.sql(`UPDATE mails ${given}`);
    await its.sendLater();
    await its.sendLater();
    expect(its.server.arrived).toHaveLength(1);
    expect(await rows()).toEqual(EMPTY);
  });

  it('waits on a node that lacks its key, and the log says which that is', async () => {
    its.put(NEW);
    its.keys.reload();
    await its.sendLater();
    expect(its.server.arrived).toEqual([]);
    const reason = `The data key ${OLD.id} is missing here: put its line into DATA_KEY_FILE again.`;
    expect(its.test.log.events('sys_mail_delayed').at(-1)).toMatchObject({ reason });
    its.put(NEW, OLD);
    its.keys.reload();
    await its.sendLater();
    expect(its.server.arrived).toHaveLength(1);
  });
});
