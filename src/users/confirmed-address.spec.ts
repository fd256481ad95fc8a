import { confirmedAddress } from './confirmed-address.js';

describe('the address of somebody that may be used outside', () => {
  it('is theirs since a link was opened there', () => {
    expect(confirmedAddress({ email: 'ada@example.org', emailConfirmedAt: 1 })).toBe('ada@example.org');
  });

  it.each([
    ['an operator typed', { email: 'ada@example.org', emailConfirmedAt: null }],
    ['is not there', { email: null, emailConfirmedAt: null }],
    ['is not there any more', { email: null, emailConfirmedAt: 1 }],
  ])('is none that %s', (_, person) => {
    expect(confirmedAddress(person)).toBeNull();
  });
});
