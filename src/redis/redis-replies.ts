import { types } from 'node:util';
import { Unavailable } from '../kernel/unavailable.js';

const { isNativeError } = types;

/** Replies that speak of our command, not of the server's state: they are flaws of this program. */
const OUR_FAULT = /^(ERR|WRONGTYPE|CROSSSLOT|NOSCRIPT)\b/;

/**
 * The same from within a script, where Redis puts ERR before it: what a user has no right to (in the words of 7.0, and of
 * 7.2 and later), and before Redis 7 everything, `ERR Error running script (…): @user_script:1: -READONLY …`.
 */
const REFUSED_IN_SCRIPT =
  /^ERR .*(The user executing the script can't |ACL failure in script|@user_script:.* -(?!ERR|WRONGTYPE|CROSSSLOT)[A-Z]{3,} )/;

/** Redis cannot answer now. */
export class RedisUnavailable extends Unavailable {
  override readonly name = 'RedisUnavailable';
}

/** Redis says that it cannot work now, or may not, or says nothing at all: all of it means "try again". */
export function asUnavailable(error: unknown): unknown {
  // Also one of another realm, as the system's are within a test.
  if (!isNativeError(error)) return error;
  const { message, name } = error;
  if (OUR_FAULT.test(message) && !REFUSED_IN_SCRIPT.test(message)) return error;
  return new RedisUnavailable(`Redis: ${message || name}`, undefined, { cause: error });
}
