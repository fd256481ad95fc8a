import { jest } from '@jest/globals';
import { SystemClock } from './clock.js';

describe('what begins by the machine’s clock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const counted = () => {
    const times: number[] = [];
    return { times, work: () => Promise.resolve(times.push(Date.now())) };
  };

  it('begins again and again until it is taken back', () => {
    const { times, work } = counted();
    const began = Date.now();
    const cancel = new SystemClock().every(1000, work);
    jest.advanceTimersByTime(2999);
    cancel();
    jest.advanceTimersByTime(5000);
    expect(times.map(at => at - began)).toEqual([1000, 2000]);
  });

  it('begins once, or never where it is taken back before', () => {
    const { times, work } = counted();
    const clock = new SystemClock();
    const began = Date.now();
    clock.after(50, work);
    clock.after(60, work)();
    jest.advanceTimersByTime(500);
    expect(times.map(at => at - began)).toEqual([50]);
  });
});
