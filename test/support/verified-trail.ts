import { DataSource } from 'typeorm';
import { AuditKeys } from '../../src/audit/audit-keys.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import type { Head } from '../../src/audit/chain.js';
import { headsIn } from '../../src/audit/heads.js';
import { type VerifiedTrail, verifyTrail } from '../../src/audit/verification/verify-trail.js';
import { findingInWords } from '../../src/cli/findings-in-words.js';
import { atOneMoment } from '../../src/database/at-one-moment.js';
import { comingAgain } from './come-again.js';
import type { TestApp } from './test-app.js';

/** What `gatehouse audit verify` finds, with what is given it as checkpoints. */
export async function verified(test: TestApp, ...checkpoints: string[]): Promise<VerifiedTrail> {
  await test.get(AuditLog).settled();
  return verifiedWith(test, test.get(AuditKeys), checkpoints.flatMap(headsIn));
}

/** The same with other keys than the application has. */
export function verifiedWith(test: TestApp, keys: AuditKeys, known: Head[] = []): Promise<VerifiedTrail> {
  const how = { keyOf: (id: string) => keys.named(id), known, progress: () => undefined };
  // The command has no limit of time; here each statement has the two seconds of the server's connections.
  return comingAgain(() => atOneMoment(test.get(DataSource), manager => verifyTrail(manager, how)));
}

/** What is wrong, in words. */
export async function wrong(test: TestApp, ...checkpoints: string[]): Promise<string[]> {
  return (await verified(test, ...checkpoints)).findings.map(findingInWords);
}

/** Has a node write events of somebody, each by itself. */
export async function writeEvents(test: TestApp, userId: string | null, count: number): Promise<void> {
  const said = { event: 'user_updated', outcome: 'success', userId, session: 'AbCdEfGhIjKl' } as const;
  for (let turn = 0; turn < count; turn++) {
    const origin = {
      ip: '192.0.2.7',
      userAgent: 'A client',
      requestId: `request-${turn}`,
      atThisMachine: false,
    };
    test.get(AuditLog).record({ ...said, facts: { what: 'display name', turn } }, origin);
    await test.get(AuditLog).settled();
  }
}

/** The names of all streams, those first that began first. */
export async function streamsOf(test: TestApp): Promise<string[]> {
  const rows = await test.sql<{ stream: string }>('SELECT stream FROM audit_streams ORDER BY begun_at');
  return rows.map(({ stream }) => stream);
}
