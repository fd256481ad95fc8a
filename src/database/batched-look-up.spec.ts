import { BatchedLookUp } from './batched-look-up.js';

/** Statements that a test answers when it wants to. */
class Statements {
  readonly asked: (readonly string[])[] = [];
  private settle: ((answer: ReadonlyMap<string, string> | Error) => void)[] = [];

  read = (keys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    this.asked.push(keys);
    return new Promise((resolve, reject) =>
      this.settle.push(answer => (answer instanceof Error ? reject(answer) : resolve(answer))),
    );
  };

  async answer(answer: Record<string, string> | Error): Promise<void> {
    while (this.settle.length === 0) await new Promise(resolve => setImmediate(resolve));
    this.settle.shift()?.(answer instanceof Error ? answer : new Map(Object.entries(answer)));
  }
}

describe('looking things up together', () => {
  let statements: Statements;
  let lookUp: BatchedLookUp<string>;
  beforeEach(() => {
    statements = new Statements();
    lookUp = new BatchedLookUp(statements.read);
  });

  it('asks once for all that is asked for at once, each key once, and null is what is not there', async () => {
    const found = Promise.all(['a', 'b', 'a', 'c'].map(key => lookUp.find(key)));
    await statements.answer({ a: 'A', b: 'B' });
    expect(await found).toEqual(['A', 'B', 'A', null]);
    expect(statements.asked).toEqual([['a', 'b', 'c']]);
  });

  it('asks for what comes meanwhile in the next statement, and remembers nothing', async () => {
    const early = lookUp.find('a');
    while (statements.asked.length === 0) await new Promise(resolve => setImmediate(resolve));
    const late = [lookUp.find('a'), lookUp.find('b')];
    await statements.answer({ a: 'before' });
    expect(await early).toBe('before');
    await statements.answer({ a: 'after' });
    expect(await Promise.all(late)).toEqual(['after', null]);
    expect(statements.asked).toEqual([['a'], ['a', 'b']]);
  });

  it('lets those who waited for a statement that failed wait for no other, and goes on afterwards', async () => {
    const early = lookUp.find('a');
    while (statements.asked.length === 0) await new Promise(resolve => setImmediate(resolve));
    const late = lookUp.find('b');
    await statements.answer(new Error('silence'));
    await expect(early).rejects.toThrow('silence');
    await expect(late).rejects.toThrow('silence');
    const next = lookUp.find('c');
    await statements.answer({ c: 'C' });
    expect(await next).toBe('C');
    expect(statements.asked).toEqual([['a'], ['c']]);
  });
});
