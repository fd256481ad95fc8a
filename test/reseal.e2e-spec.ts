import { reseal, type SealedColumn } from '../src/cli/keys/reseal.js';
import { DataKeys } from '../src/crypto/data-keys.js';
import { keyColumnsOf } from '../src/database/key-columns.js';
import { missingKeys, needsOf } from '../src/database/needed-keys.js';
import { Transaction } from '../src/database/transaction.js';
import { mailPlace } from '../src/mail/mail.entity.js';
import { KeyRotation, NEW, OLD } from './support/key-rotation.js';

describe('sealing anew', () => {
  let its: KeyRotation;
  beforeEach(async () => {
    its = await KeyRotation.start();
    await its.promiseMails(2);
    its.put(NEW, OLD);
    its.keys.reload();
  });
  afterEach(() => its.stop());

  const mails = (): SealedColumn => {
    const column = keyColumnsOf(its.database).find(({ table }) => table === 'mails');
    if (column === undefined || column.place === null) throw new Error('Mails have no sealed column.');
    return { ...column, place: column.place };
  };
  const resealAll = (transaction = its.test.get(Transaction)) =>
    reseal({ database: its.database, transaction, keys: its.keys }, mails());
  const needs = async () => (await needsOf(its.database)).map(({ keyId, rows }) => [keyId, rows]);

  it('lets the old key go: the start works, and the mails are sent', async () => {
    expect(await needs()).toEqual([[OLD.id, 2]]);
    expect(await resealAll()).toEqual({ sealed: 2, unopened: 0 });
    expect(await needs()).toEqual([[NEW.id, 2]]);
    its.put(NEW);
    await its.restart();
    await its.sendLater();
    expect(its.server.arrived).toHaveLength(2);
    expect(await needs()).toEqual([]);
  });

  it('does each row once, in any number of batches', async () => {
    its.put(OLD);
    const before = new DataKeys(its.test.config);
    before.reload();
    its.put(NEW, OLD);
    for (let n = 0; n < 230; n += 1)
      await its.addMail(`copy-${n}`, before.seal('a text', mailPlace(`copy-${n}`)));
    expect(await resealAll()).toEqual({ sealed: 232, unopened: 0 });
    expect(await resealAll()).toEqual({ sealed: 0, unopened: 0 });
    for (const { id, sealed } of await its.mails())
      expect(its.keys.open(sealed!, mailPlace(id))).not.toBeNull();
  });

  it('leaves what somebody changes meanwhile as it is then', async () => {
    const [sent, waiting] = await its.mails();
    // Between the look at the rows and the change of them a worker has sent one.
    const transaction = before(its.test.get(Transaction), () =>
      its.test.sql('UPDATE mails SET sealed = NULL, due_at = NULL WHERE id = $1', [sent!.id]),
    );
    expect(await resealAll(transaction)).toEqual({ sealed: 1, unopened: 0 });
    const after = new Map((await its.mails()).map(({ id, sealed }) => [id, sealed]));
    expect(after.get(sent!.id)).toBeNull();
    expect(after.get(waiting!.id)).toMatch(new RegExp(`^${NEW.id}\\.`));
  });

  it('may be done twice at once: every row opens afterwards', async () => {
    const [one, two] = await Promise.all([resealAll(), resealAll()]);
    expect(one.sealed + two.sealed).toBe(2);
    await its.sendLater();
    expect(its.server.arrived).toHaveLength(2);
  });

  it('leaves what it cannot open, and says how much that is', async () => {
    const [lost] = await its.mails();
    await its.test.sql('UPDATE mails SET sealed = $1 WHERE id = $2', ['nobody.AAAA', lost!.id]);
    expect(await resealAll()).toEqual({ sealed: 1, unopened: 1 });
    expect((await its.mails()).find(({ id }) => id === lost!.id)?.sealed).toBe('nobody.AAAA');
    expect(await missingKeys(its.database, its.keys.ids)).toBe(
      'A data key is missing: nobody, which 1 mail cannot do without.',
    );
  });
});

/** Transactions before each of which something else happens. */
function before(transaction: Transaction, happens: () => Promise<unknown>): Transaction {
  const run: Transaction['run'] = async (work, whose) => {
    await happens();
    return transaction.run(work, whose);
  };
  return Object.assign(Object.create(transaction) as Transaction, { run });
}
