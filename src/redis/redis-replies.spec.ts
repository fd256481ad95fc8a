import { runInNewContext } from 'node:vm';
import { ErrorReply } from 'redis';
import { Unavailable } from '../kernel/unavailable.js';
import { isDemoted } from './error-replies.js';
import { asUnavailable } from './redis-replies.js';

/** Before Redis 7, an error in a script has the script's words in front. */
const IN_SCRIPT = 'ERR Error running script (call to f_1f3a): @user_script:4: @user_script: 4: ';

describe('what Redis answers', () => {
  it('is "try again" where the connection broke, whichever realm the error is from', () => {
    const broken: unknown = runInNewContext("new Error('read ECONNRESET')");
    expect(broken).not.toBeInstanceOf(Error);
    expect(asUnavailable(broken)).toBeInstanceOf(Unavailable);
  });

  it.each([
    "NOPERM User gatehouse has no permissions to run the 'get' command",
    "ERR The user executing the script can't run this command or subcommand script: 3310d0, on @user_script:1.",
    "ERR ACL failure in script: User gatehouse has no permissions to run the 'zadd' command script: 1f3a, on @user_script:1.",
    `${IN_SCRIPT}The user executing the script can't run this command or subcommand`,
    `${IN_SCRIPT}The user executing the script can't access at least one of the keys mentioned in the command`,
    "OOM command not allowed when used memory > 'maxmemory'. script: 1f3a, on @user_script:1.",
    `${IN_SCRIPT}-OOM command not allowed when used memory > 'maxmemory'.`,
    `${IN_SCRIPT}-READONLY You can't write against a read only replica.`,
    'NOREPLICAS Not enough good replicas to write.',
  ])('is "try again" where it speaks of the server: %s', message => {
    expect(asUnavailable(new ErrorReply(message))).toBeInstanceOf(Unavailable);
  });

  it.each([
    "ERR unknown command 'GETDEL', with args beginning with: 'gatehouse:probe'",
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    `${IN_SCRIPT}-WRONGTYPE Operation against a key holding the wrong kind of value`,
    `${IN_SCRIPT}-ERR value is not an integer or out of range`,
    `${IN_SCRIPT}attempt to index a nil value`,
  ])('is our fault where it speaks of the command: %s', message => {
    const error = new ErrorReply(message);
    expect(asUnavailable(error)).toBe(error);
  });

  it.each([
    ["READONLY You can't write against a read only replica.", true],
    [`${IN_SCRIPT}-READONLY You can't write against a read only replica.`, true],
    ['NOREPLICAS Not enough good replicas to write.', false],
  ])('%s means a replica: %s', (message, demoted) => {
    expect(isDemoted(new ErrorReply(message))).toBe(demoted);
    expect(isDemoted(new Error(message))).toBe(false);
  });
});
