import { QueryFailedError } from 'typeorm';
import { Unavailable } from '../kernel/unavailable.js';
import { asUnavailable, isDuplicate, isStoreFailure } from './store-failure.js';

/** As TypeORM reports what a driver said. */
const failed = (code: string, message = 'in any language'): QueryFailedError =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error(message), { code }));

describe('what a database says', () => {
  it.each([
    ...['08006', '08001', '28P01', '3D000', '40001', '40P01', '53100', '53300', '55006', '55P03'],
    ...[
      '57014',
      '57P01',
      '57P03',
      '58030',
      '25006',
      'ECONNREFUSED',
      'ECONNRESET',
      'EHOSTUNREACH',
      'ENOTFOUND',
    ],
  ])('%s: it cannot answer now', code => {
    expect(isStoreFailure(failed(code))).toBe(true);
    expect(asUnavailable(failed(code))).toBeInstanceOf(Unavailable);
  });

  it.each(['Query read timeout', 'Connection terminated unexpectedly', 'SQLITE_BUSY: database is locked'])(
    '%j: it cannot answer now',
    message => expect(isStoreFailure(failed('', message))).toBe(true),
  );

  it.each(['23505', '23503', '22P02', '42P01', '42501', '25P02'])('%s: our statement is wrong', code => {
    const error = failed(code);
    expect(isStoreFailure(error)).toBe(false);
    expect(asUnavailable(error)).toBe(error);
  });

  it('a value that is there already is told by its code, or by SQLite in words', () => {
    expect(isDuplicate(failed('23505'))).toBe(true);
    expect(isDuplicate(failed('', 'SQLITE_CONSTRAINT: UNIQUE constraint failed: users.username_key'))).toBe(
      true,
    );
    expect(isDuplicate(failed('23503'))).toBe(false);
  });
});
