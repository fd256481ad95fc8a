/** How many different statements a connection to PostgreSQL keeps ready; more than this program has, whatever a team adds. */
const MOST = 300;

/** What comes for the third time comes again and again. */
const OFTEN = 3;

/** What has a plan. */
const PLANNED = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;

/** By their texts how often they came; and under which name they are ready then. The same for all connections. */
const seen = new Map<string, { times: number; readonly name: string }>();

/**
 * The name under which PostgreSQL is to keep a statement ready, so that it is parsed and planned once a connection; null
 * for one that comes seldom. For connections that are nobody else's: a pooler may give the next transaction to a server
 * that does not know the name. Values stand beside their statements, so there are few different ones.
 */
export function nameOfReady(statement: string): string | null {
  const found = seen.get(statement);
  if (found === undefined) {
    if (seen.size < MOST && PLANNED.test(statement))
      seen.set(statement, { times: 1, name: `gatehouse_${seen.size}` });
    return null;
  }
  found.times += 1;
  return found.times < OFTEN ? null : found.name;
}
