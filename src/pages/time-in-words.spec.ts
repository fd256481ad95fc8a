import { days, hours, minutes, seconds } from '../kernel/durations.js';
import { durationInWords, timeView, utcInWords } from './time-in-words.js';

describe('a duration in words', () => {
  it.each([
    [0, '0 seconds'],
    [-5, '0 seconds'],
    [seconds(1), '1 second'],
    [seconds(59) + 999, '59 seconds'],
    [minutes(1), '1 minute'],
    [hours(1) - 1, '59 minutes'],
    [hours(23), '23 hours'],
    [days(1), '1 day'],
    [days(30), '30 days'],
  ])('says %d ms as %j', (duration, words) => {
    expect(durationInWords(duration)).toBe(words);
  });
});

describe('an instant on a page', () => {
  const now = Date.UTC(2026, 10, 23, 12);

  it('is there for machines, exactly, and as people say it', () => {
    expect(timeView(now - minutes(5), now)).toEqual({
      iso: '2026-11-23T11:55:00.000Z',
      exact: '23 Nov 2026, 11:55 UTC',
      relative: '5 minutes ago',
      near: true,
    });
  });

  it('is exact to the second where it is asked for', () => {
    expect(timeView(now - seconds(7), now, 'second').exact).toBe('23 Nov 2026, 11:59:53 UTC');
  });

  it.each([
    [hours(24) - 1, true],
    [hours(36), true],
    [hours(36) + 1, false],
    [days(60), false],
    [-days(30), true],
  ])('of %d ms ago is told by its distance (%j), or by its date alone', (ago, near) => {
    expect(timeView(now - ago, now).near).toBe(near);
  });

  it.each([
    [0, 'just now'],
    [seconds(9), 'just now'],
    [-seconds(9), 'just now'],
    [seconds(10), 'in 10 seconds'],
    [seconds(59), 'in 59 seconds'],
    [hours(1) - seconds(2), 'in 1 hour'],
    [hours(24) - seconds(2), 'in 1 day'],
    [hours(23), 'in 23 hours'],
    [hours(2) - minutes(1), 'in 1 hour'],
    [-hours(24), 'yesterday'],
    [-hours(36), 'yesterday'],
    [-hours(37), '1 day ago'],
    [-days(2), '2 days ago'],
  ])('reads, %d ms from now, as %j', (distance, words) => {
    expect(timeView(now + distance, now).relative).toBe(words);
  });
});

describe('an instant in a mail', () => {
  it('says whose clock it is on, because nobody knows the reader’s', () => {
    expect(utcInWords(Date.UTC(2026, 1, 3, 23, 59, 59))).toBe(
      '3 February 2026, 23:59 (Coordinated Universal Time, UTC+00:00)',
    );
  });
});
