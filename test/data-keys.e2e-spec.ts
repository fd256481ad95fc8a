import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { reseal } from '../src/cli/keys/reseal.js';
import { newDataKey } from '../src/config/data-key-file.js';
import { DataKeys } from '../src/crypto/data-keys.js';
import { SecretBox } from '../src/crypto/secret-box.js';
import { SecretRing } from '../src/crypto/secret-ring.js';
import { type KeyColumn, keyColumnsOf } from '../src/database/key-columns.js';
import { missingKeys, neededKeys, needsInWords, needsOf } from '../src/database/needed-keys.js';
import { Transaction } from '../src/database/transaction.js';
import { minutes } from '../src/kernel/durations.js';
import { mailPlace } from '../src/mail/mail.entity.js';
import { MailWorker } from '../src/mail/mail-worker.js';
import { Mailer } from '../src/mail/mailer.js';
import { DataKeyCheck } from '../src/ops/data-key-check.js';
import { MailServer } from './support/mail-server.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const [OLD, NEW] = [newDataKey(), newDataKey()];
const SESSION_SECRET = 'the-secret-of-sessions-that-stays-the-same';

describe('data keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'));
  const file = join(folder, 'data-key');
  let first: TestApp;
  let test: TestApp;
  let server: MailServer;

  const put = (...keys: { readonly line: string }[]) =>
    writeFileSync(file, `${keys.map(({ line }) => line).join('\n')}\n`);
  /** Another start on the same data, as after a change of the file or of the environment. */
  const restart = async (environment: Record<string, string> = {}) => {
    await test.app.close();
    test = await TestApp.start({ ...usual(), DATA_DIR: first.dataDir, ...environment });
  };
  const usual = () => ({ DATA_KEY_FILE: file, SESSION_SECRET, SMTP_URL: server.url });
  const promise = (count = 1) =>
    test.get(Transaction).run(async manager => {
      for (let n = 0; n < count; n += 1)
        await test.get(Mailer).promise(manager, {
          to: `p${n}@example.org`,
          template: 'invite',
          model: { link: 'http://localhost:4000/' },
        });
    });
  /** The mails are tried and stay where they are. */
  const promiseUnsent = async (count = 1) => {
    server.fates.push(...Array.from({ length: count }, () => 451));
    await promise(count);
    await test.get(MailWorker).run();
    expect(server.arrived).toEqual([]);
  };
  const sendLater = async () => {
    test.clock.pass(minutes(1));
    await test.get(MailWorker).lookAround();
  };
  const sealed = () =>
    test.sql<{ id: string; sealed: string | null }>('SELECT id, sealed FROM mails ORDER BY id');
  const [database, keys] = [() => test.get(DataSource), () => test.get(DataKeys)];
  const resealAll = async (column = mails()) =>
    reseal({ database: database(), transaction: test.get(Transaction), keys: keys() }, column);
  const mails = (): KeyColumn & { place: (key: string) => string } => {
    const column = keyColumnsOf(database()).find(({ table }) => table === 'mails');
    if (!column?.place) throw new Error('Mails have no sealed column.');
    return { ...column, place: column.place };
  };

  beforeEach(async () => {
    put(OLD);
    server = await MailServer.start({ plain: true });
    test = first = await TestApp.start({ ...usual() });
  });
  afterEach(async () => {
    await test.close();
    await server.stop();
    rmSync(first.dataDir, { recursive: true, force: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('that are changed', () => {
    it('send a mail that the old one sealed, and seal anew until the old one can go', async () => {
      await promiseUnsent(3);
      put(NEW, OLD);
      await restart();
      expect(await needsOf(database())).toMatchObject([{ keyId: OLD.id, rows: 3, resealable: true }]);
      expect(await resealAll()).toEqual({ sealed: 3, unopened: 0 });
      expect((await needsOf(database())).map(({ keyId, rows }) => [keyId, rows])).toEqual([[NEW.id, 3]]);
      expect((await sealed()).every(row => row.sealed?.startsWith(`${NEW.id}.`))).toBe(true);
      put(NEW);
      await restart();
      await sendLater();
      expect(server.arrived).toHaveLength(3);
      expect(await neededKeys(database())).toEqual([]);
    });

    it('need not be sealed anew for that', async () => {
      await promiseUnsent();
      put(NEW, OLD);
      await restart();
      await sendLater();
      expect(server.arrived).toHaveLength(1);
    });

    it('end a start without the old one while it is needed, and none where both are there', async () => {
      await promiseUnsent(2);
      const before = await sealed();
      put(NEW);
      keys().reload();
      // What every start does before anything else; test/process/ has a whole one.
      await expect(test.get(DataKeyCheck).onModuleInit()).rejects.toThrow(
        `A data key is missing: ${OLD.id}, which 2 mails cannot do without. Put its line back into ` +
          `${JSON.stringify(file)} (DATA_KEY_FILE of the environment), from the copy that was kept apart from the backups.`,
      );
      put(NEW, OLD);
      await restart();
      expect(await sealed()).toEqual(before);
    });

    it('are read again while the server runs, but never without one that a row needs', async () => {
      await promiseUnsent();
      put(NEW, OLD);
      await test.get(DataKeyCheck).reload();
      expect(keys().ids).toEqual([NEW.id, OLD.id]);
      put(NEW);
      await expect(test.get(DataKeyCheck).reload()).rejects.toThrow(
        `A data key is missing: ${OLD.id}, which 1 mail `,
      );
      expect(keys().ids).toEqual([NEW.id, OLD.id]);
      await resealAll();
      await test.get(DataKeyCheck).reload();
      expect(keys().ids).toEqual([NEW.id]);
      await sendLater();
      expect(server.arrived).toHaveLength(1);
    });
  });

  describe('sealing anew', () => {
    beforeEach(async () => {
      await promiseUnsent(2);
      put(NEW, OLD);
      keys().reload();
    });

    it('does each row once, in any number of batches', async () => {
      const [row] = await sealed();
      const text = keys().open(row!.sealed!, mailPlace(row!.id))!;
      for (let n = 0; n < 230; n += 1) await copyOf(row!.id, `copy-${n}`, OLD.id, text);
      expect(await resealAll()).toEqual({ sealed: 232, unopened: 0 });
      expect(await resealAll()).toEqual({ sealed: 0, unopened: 0 });
      for (const { id, sealed: now } of await sealed())
        expect(keys().open(now!, mailPlace(id))).not.toBeNull();
    });

    it('leaves what somebody changes meanwhile as it is then', async () => {
      const [one, two] = await sealed();
      const column = mails();
      // Between the read and the write, a worker sends one of them.
      const place = async () =>
        test.sql('UPDATE mails SET sealed = NULL, due_at = NULL WHERE id = $1', [one!.id]);
      const racing = {
        ...column,
        place: (key: string) =>
          key === one!.id ? (void sent.push(place()), column.place(key)) : column.place(key),
      };
      const sent: Promise<unknown>[] = [];
      const slow = slowTransaction(() => Promise.all(sent));
      const done = await reseal({ database: database(), transaction: slow, keys: keys() }, racing);
      expect(done).toEqual({ sealed: 1, unopened: 0 });
      const after = await sealed();
      expect(after.find(({ id }) => id === one!.id)?.sealed).toBeNull();
      expect(after.find(({ id }) => id === two!.id)?.sealed).toMatch(new RegExp(`^${NEW.id}\\.`));
    });

    it('leaves what it cannot open, and says how much that is', async () => {
      const [one] = await sealed();
      await test.sql('UPDATE mails SET sealed = $1 WHERE id = $2', ['nobody.AAAA', one!.id]);
      expect(await resealAll()).toEqual({ sealed: 1, unopened: 1 });
      expect((await sealed()).find(({ id }) => id === one!.id)?.sealed).toBe('nobody.AAAA');
      expect(await missingKeys(database(), keys().ids)).toBe(
        'A data key is missing: nobody, which 1 mail cannot do without.',
      );
      await test.sql('DELETE FROM mails WHERE id = $1', [one!.id]);
    });

    const copyOf = (of: string, id: string, keyId: string, text: string) => {
      const ring = new DataKeys(test.config);
      put(OLD);
      ring.reload();
      put(NEW, OLD);
      expect(ring.current).toBe(keyId);
      return test.sql(
        `INSERT INTO mails (id, content, sealed, created_at, attempts, due_at, forgotten_at)
         SELECT $1, '', $2, created_at, attempts, due_at, forgotten_at FROM mails WHERE id = $3`,
        [id, ring.seal(text, mailPlace(id)), of],
      );
    };
    const slowTransaction = (wait: () => Promise<unknown>): Transaction => {
      const usually = test.get(Transaction);
      const run: Transaction['run'] = async (work, whose) => {
        await wait();
        return usually.run(work, whose);
      };
      return Object.assign(Object.create(usually) as Transaction, { run });
    };
  });

  describe('that rows need', () => {
    it('are found by a look-up each, whatever their ids are', async () => {
      await promiseUnsent();
      const [row] = await sealed();
      for (const id of ['a', 'ab', 'a0', 'zz9', '0'])
        await test.sql(
          `INSERT INTO mails (id, content, sealed, created_at, attempts, due_at, forgotten_at)
           SELECT $1, '', $2, created_at, attempts, due_at, forgotten_at FROM mails WHERE id = $3`,
          [`of-${id}`, `${id}.AAAA`, row!.id],
        );
      expect(await neededKeys(database())).toEqual(['0', 'a', 'a0', 'ab', OLD.id, 'zz9'].sort());
      expect(needsInWords(await needsOf(database()))).toBe(Array(6).fill('1 mail').join(', '));
      await test.sql("DELETE FROM mails WHERE id LIKE 'of-%'");
    });
  });

  describe('of a schema before data keys', () => {
    it('are needed by nothing, so it can be copied as it is', async () => {
      await promiseUnsent();
      await test.sql('ALTER TABLE mails RENAME COLUMN sealed TO away');
      expect([await neededKeys(database()), await needsOf(database())]).toEqual([[], []]);
      await test.sql('ALTER TABLE mails RENAME COLUMN away TO sealed');
      expect(await neededKeys(database())).toEqual([OLD.id]);
    });
  });

  describe('a mail', () => {
    it('that a version before data keys promised is sent all the same', async () => {
      await promiseUnsent();
      const [row] = await sealed();
      const text = keys().open(row!.sealed!, mailPlace(row!.id))!;
      const content = new SecretBox(test.get(SecretRing).for('mails')).seal(text, row!.id);
      await test.sql('UPDATE mails SET content = $1, sealed = NULL', [content]);
      await restart();
      await sendLater();
      expect(server.arrived).toHaveLength(1);
      expect(await test.sql('SELECT content, sealed, due_at FROM mails')).toEqual([
        { content: '', sealed: null, due_at: null },
      ]);
    });

    it('that a node of a version before data keys gave up, because it cannot open it, is sent', async () => {
      await promiseUnsent();
      // What such a node writes: it knows `content` alone, and finds nothing in it.
      await test.sql(
        "UPDATE mails SET content = '', due_at = NULL, attempts = 2, answer = 'Its content cannot be opened'",
      );
      await sendLater();
      expect(server.arrived).toHaveLength(1);
      await sendLater();
      expect(server.arrived).toHaveLength(1);
    });

    it('whose key this node lacks waits for it, and the log says which', async () => {
      await promiseUnsent();
      put(NEW);
      keys().reload();
      await sendLater();
      expect(server.arrived).toEqual([]);
      const reason = `The data key ${OLD.id} is missing here: put its line into DATA_KEY_FILE again.`;
      expect(test.log.events('sys_mail_delayed').at(-1)).toMatchObject({ reason });
      put(NEW, OLD);
      keys().reload();
      test.clock.pass(minutes(2));
      await sendLater();
      expect(server.arrived).toHaveLength(1);
    });

    it('outlives the session secret', async () => {
      await promiseUnsent();
      await restart({ SESSION_SECRET: 'another-secret-of-sessions-after-a-restore' });
      await sendLater();
      expect(server.arrived).toHaveLength(1);
    });
  });

  describe('a known browser', () => {
    const isNew = async (visitor: Visitor) => {
      const before = test.log.events('authn_login_success').length;
      const again = test.visitor();
      again.cookies.set('gatehouse-device', visitor.cookies.get('gatehouse-device') ?? '');
      await again.signIn('ada', 'four quiet herons wade');
      expect(test.log.events('authn_login_success')).toHaveLength(before + 1);
      await test.get(MailWorker).run();
      return server.arrived.some(({ subject }) => /new/i.test(subject));
    };
    let browser: Visitor;
    beforeEach(async () => {
      await test.person('ada', 'user', 'ada@example.org');
      browser = await test.signedIn('ada');
      await test.get(MailWorker).run();
      server.arrived.length = 0;
    });

    it('stays known when the session secret is another', async () => {
      await restart({ SESSION_SECRET: 'another-secret-of-sessions-after-a-restore' });
      expect(await isNew(browser)).toBe(false);
    });

    it('stays known while the data key that sealed is in the ring, and no longer', async () => {
      put(NEW, OLD);
      await restart();
      expect(await isNew(browser)).toBe(false);
      put(NEW);
      await restart();
      expect(await isNew(browser)).toBe(true);
    });

    it('that a version before data keys knew stays known', async () => {
      const { deriveSecret } = await import('../src/crypto/secret-token.js');
      const [{ id }] = (await test.sql<{ id: string }>("SELECT id FROM users WHERE username = 'ada'")) as [
        { id: string },
      ];
      const name = browser.cookies.get('gatehouse-device')!.split('.')[0]!;
      const seal = deriveSecret(test.get(SecretRing).first('known devices'), `${name}:${id}`).slice(0, 22);
      browser.cookies.set('gatehouse-device', `${name}.${seal}`);
      expect(await isNew(browser)).toBe(false);
    });
  });
});
