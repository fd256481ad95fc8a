import type { DataSource } from 'typeorm';
import { Sweeper } from '../database/sweeper.js';
import type { Transaction } from '../database/transaction.js';
import { SystemClock } from '../kernel/clock.js';
import { FirstAnswers } from './first-answers.js';
import { FormName } from './form-name.js';

describe('what forms were answered', () => {
  it('is kept once somebody has waited for that, also where it had begun before', async () => {
    let keep: () => void = () => undefined;
    let kept = 0;
    const run = async () => {
      await new Promise<void>(resolve => (keep = resolve));
      kept += 1;
    };
    const database = { options: { type: 'sqlite' } } as DataSource;
    const clock = new SystemClock();
    const answers = new FirstAnswers(database, { run } as unknown as Transaction, clock, new Sweeper(clock));
    const form = { once: 'a'.repeat(22), place: [], cookies: '', to: '/login', fields: {} };
    answers.settle(new FormName(form), { location: '/welcome', setCookies: [], session: null });
    const begun = answers.settled();
    const late = answers.settled().then(() => kept);
    await new Promise(resolve => setImmediate(resolve));
    keep();
    expect(await late).toBe(1);
    await begun;
  });
});
