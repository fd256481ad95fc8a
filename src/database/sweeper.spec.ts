import { SystemClock } from '../kernel/clock.js';
import { Sweeper } from './sweeper.js';

describe('what is swept', () => {
  it('is all of it, also where a team calls something of its own as Gatehouse calls something', async () => {
    const sweeper = new Sweeper(new SystemClock());
    const swept: string[] = [];
    for (const whose of ['of Gatehouse', 'of the team'])
      sweeper.add('access_tokens', async () => {
        swept.push(whose);
        return 1;
      });
    expect(await sweeper.sweep()).toBe(2);
    expect(swept).toEqual(['of Gatehouse', 'of the team']);
  });
});
