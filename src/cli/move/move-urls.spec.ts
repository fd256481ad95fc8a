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
    expect(fileIn('sqlite:data/gatehouse.sqlite')).toBe('data/gatehouse.sqlite');
    expect(databaseIn('postgresql://db/gatehouse', '/')).toMatchObject({ url: 'postgresql://db/gatehouse' });
  });

  it.each([
    'sqlite:',
    'data/gatehouse.sqlite',
    'postgres://me:hidden@db/gatehouse',
    'mysql://me:hidden@db/x',
    '',
  ])('from: refuses %j without repeating it', from =>
    expect(refusal(() => fileIn(from))).toBe(
      '--from takes sqlite:FILE: only a SQLite installation can be moved.',
    ),
  );

  it.each([
    'sqlite:FILE',
    'postgres://me:hidden@db',
    'postgres://me:hid/den@db/x',
    'postgres://me:12/34@db/x',
    'mysql://me:hidden@db/x',
    '',
  ])('to: refuses %j without repeating it', to =>
    expect(refusal(() => databaseIn(to, '/'))).toMatch(/^--to takes postgres:[^]+ to PostgreSQL alone\.$/),
  );
});
