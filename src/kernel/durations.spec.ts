import { days, durationText, hours, minutes, parseDuration, seconds, wholeSeconds } from './durations.js';

describe('reading a duration', () => {
  it.each([
    ['0', 0],
    ['90s', seconds(90)],
    ['10m', minutes(10)],
    ['24h', hours(24)],
    ['30d', days(30)],
    ['9999999d', 9_999_999 * 24 * 60 * 60 * 1000],
  ])('takes %j', (text, duration) => {
    expect(parseDuration(text)).toBe(duration);
  });

  it.each([
    '',
    '1',
    '0s',
    '00',
    '-1m',
    '+1m',
    '1.5h',
    '1 h',
    ' 1h',
    '1h ',
    '1w',
    '1H',
    '1e3s',
    '10000000d',
    '1h30m',
    '٣m',
  ])('does not take %j', text => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('a duration as text', () => {
  it.each([
    [0, '0'],
    [seconds(90), '90s'],
    [minutes(90), '90m'],
    [hours(36), '36h'],
    [days(120), '120d'],
  ])('is in the largest unit that divides it: %d', (duration, text) => {
    expect([durationText(duration), parseDuration(durationText(duration))]).toEqual([text, duration]);
  });
});

describe('whole seconds', () => {
  it('are rounded up and never negative', () => {
    expect([0, 1, 1000, 1001, -5].map(wholeSeconds)).toEqual([0, 1, 1, 2, 0]);
  });
});
