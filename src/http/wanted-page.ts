import type { Request } from 'express';
import { remark } from './remarks.js';
import { addressHere, returnTo } from './return-to.js';

/**
 * Where somebody is to go afterwards, as an address or a form says it; null where they may not be sent there. What names
 * another site is remarked on: no page of ours says such a thing.
 */
export function wantedPage(request: Request, given: unknown): string | null {
  const isSet = given !== undefined && given !== '';
  if (isSet && addressHere(given) === null)
    remark(request, { event: 'input_validation_fail', reason: 'return_to' });
  return returnTo(given);
}
