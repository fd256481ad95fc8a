import { Transaction } from '../src/database/transaction.js';
import { TestApp } from './support/test-app.js';

describe('a program that ends', () => {
  it('keeps first what it has begun to write, also where nobody waits for that', async () => {
    const test = await TestApp.start();
    let begin: () => void = () => undefined;
    const begun = new Promise<void>(resolve => (begin = resolve));
    let goOn: () => void = () => undefined;
    const work = test.get(Transaction).run(async manager => {
      begin();
      await new Promise<void>(resolve => (goOn = resolve));
      await manager.query("INSERT INTO probes (name, mark) VALUES ('late', 'x')");
    }, 'server');
    await begun;
    const closing = test.close();
    // So long that whoever does not wait for it would have closed the database.
    for (let turn = 0; turn < 100; turn += 1) await new Promise(resolve => setImmediate(resolve));
    goOn();
    await expect(work).resolves.toBeUndefined();
    await closing;
  });
});
