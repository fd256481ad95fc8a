import { AuditLog } from '../../src/audit/audit-log.js';
import { ErasureWorker } from '../../src/audit/erasure-worker.js';
import type { TestApp } from './test-app.js';

/** What one node keeps of somebody whose program signs in once a second, in a day. */
export const A_DAY_OF_A_BOT = 86_400;

/** Writes that many events of one person, each a second before the one before it, past the program. */
export async function addEvents(test: TestApp, userId: string, count: number): Promise<void> {
  await test.sql(`
    INSERT INTO audit_events (id, occurred_at, event, outcome, user_id, session, ip, user_agent, request_id, facts)
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
    SELECT 'many-${userId}-' || n, ${test.clock.now()} - 1000 * n, 'user_updated', 'success', '${userId}', NULL,
      '192.0.2.7', 'A bot, ' || n, '', '{}' FROM numbers`);
}

/** How many events stand under a person's id, and how many tell an address or a client of people who are gone. */
export async function tracesOf(test: TestApp, userId: string): Promise<{ named: number; told: number }> {
  const [row] = await test.sql<{ named: number; told: number }>(
    `SELECT count(CASE WHEN user_id = $1 THEN 1 END) AS named,
       count(CASE WHEN user_id LIKE 'closed:%' AND (ip <> '' OR user_agent <> '') THEN 1 END) AS told
     FROM audit_events`,
    [userId],
  );
  return row!;
}

/** Has everything done that is due, on this node, with what is still to be written. */
export async function erased(test: TestApp): Promise<void> {
  await test.get(AuditLog).settled();
  await test.get(ErasureWorker).run();
}
