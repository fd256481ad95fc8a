import { minutes } from '../kernel/durations.js';
import { Lasting } from './lasting.js';

describe('what has been so for a while', () => {
  const at = (minute: number) => minutes(1000 + minute);

  it('is told once it has been so for long enough, and from then on', () => {
    const lasting = new Lasting(minutes(10));
    expect([0, 9, 10, 15].map(minute => lasting.of(['a'], at(minute)))).toEqual([[], [], ['a'], ['a']]);
  });

  it('begins anew where it was not so in between, each by itself', () => {
    const lasting = new Lasting(minutes(10));
    lasting.of(['a', 'b'], at(0));
    lasting.of(['b'], at(5));
    expect(lasting.of(['a', 'b'], at(10))).toEqual(['b']);
    expect(lasting.of(['a', 'b'], at(19))).toEqual(['b']);
    expect(lasting.of(['a', 'b'], at(20))).toEqual(['a', 'b']);
  });

  it('begins anew where a clock is put back', () => {
    const lasting = new Lasting(minutes(10));
    lasting.of(['a'], at(0));
    expect(lasting.of(['a'], at(-60))).toEqual([]);
    expect(lasting.of(['a'], at(-50))).toEqual(['a']);
  });
});
