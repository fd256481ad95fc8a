import { CommandFailed } from '../command-failed.js';
import { databaseIn, fileIn } from './move-urls.js';

/** What is said of something that cannot be moved. */
function refusal(of: () => unknown): string {
  try {
    return `took ${JSON.stringify(of())}`;
  } catch (error) {
    return error instanceof CommandFailed ? error.message : String(error);
  }
}

describe('the URLs of a move', () => {
  it('are a SQLite file and a PostgreSQL database', () => {
    expect(fileIn('sqlite:data/gatehouse.sqlite', '/srv')).toBe('/srv/data/gatehouse.sqlite');
    const target = databaseIn('postgresql://db/gatehouse?sslrootcert=ca.crt', '/srv');
    expect(target).toMatchObject({ host: 'db', database: 'gatehouse', ssl: { rootCert: '/srv/ca.crt' } });
  });

  it.each([
    'sqlite:',
    'data/gatehouse.sqlite',
    'postgres://me:hidden@db/gatehouse',
    'mysql://me:hidden@db/x',
    '',
  ])('from: refuses %j without repeating it', from =>
    expect(refusal(() => fileIn(from, '/'))).toMatch(
      /^--from takes sqlite:FILE: only a SQLite installation can be moved\.( It names no file\.)?$/,
    ),
  );

  it.each([
    'sqlite:FILE',
    'postgres://me:hidden@db',
    'postgres://me:hid/den@db/x',
    'postgres://me:12/34@db/x',
    'mysql://me:hidden@db/x',
    '',
  ])('to: refuses %j without repeating it', to => {
    expect(refusal(() => databaseIn(to, '/'))).toMatch(/^--to takes postgres:[^]+ to PostgreSQL alone\./);
    expect(refusal(() => databaseIn(to, '/'))).not.toMatch(/hidden|hid/);
  });

  it('to: says what is wrong with it', () =>
    expect(refusal(() => databaseIn('postgres://me:hid%den@db/x', '/'))).toMatch(
      /alone\. A % in it begins no character/,
    ));
});
