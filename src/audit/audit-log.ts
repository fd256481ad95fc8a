import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Sweeper } from '../database/sweeper.js';
import { type Cancel, Clock, type Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { AuditEvent } from './audit-event.entity.js';
import { Erasures } from './erasures.js';
import { rowOf } from './new-events.js';
import { RefusalShares } from './refusal-shares.js';
import { localOrigin, type SecurityEvent } from './security-event.js';
import { StreamWriter } from './stream-writer.js';

/** Events waiting for the table; beyond it, new ones stand in the log alone. */
const LONGEST_LINE = 10_000;

/** Rows a statement. */
const BATCH = 200;

/** Between two batches, unless somebody waits: under load a row costs next to nothing then, and at rest it is kept at once. */
const REST: Duration = 100;

/** The longest that a reader waits for what was recorded before. */
const READERS_PATIENCE: Duration = seconds(1);

/**
 * The security log: each event is a line of the log at once, and a row of the table soon after (ASVS 16.2.1).
 * Rows are written together and nobody waits for them: a table that cannot be written neither opens a door
 * nor closes one, but is itself reported.
 */
@Injectable()
export class AuditLog implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Security');
  private waiting: AuditEvent[] = [];
  private writing: Promise<void> | null = null;
  private readers: (() => void)[] = [];
  /** Ends the rest between two batches. */
  private hurry: () => void = () => undefined;
  private restsUntil = 0;
  private recorded = 0;
  private written = 0;
  private readonly shares = new RefusalShares();

  constructor(
    private readonly stream: StreamWriter,
    private readonly clock: Clock,
    private readonly sweeper: Sweeper,
    private readonly erasures: Erasures,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('events of a minute that is over', now => {
      this.tellLeftOut(now);
      return Promise.resolve(0);
    });
  }

  /** Records an event. Never throws. */
  record(event: SecurityEvent, origin: RequestOrigin): void {
    const { facts = {}, ...rest } = event;
    const { ip, userAgent, requestId } = origin;
    this.logger.log({ ...rest, ip, userAgent, requestId, ...facts });
    this.tellLeftOut(this.clock.now());
    if (event.outcome === 'success' || this.shares.take(event)) this.add(event, origin);
  }

  /** Resolves when every event is in the table, or was reported as lost; not before others stop recording. */
  async settled(): Promise<void> {
    while (this.writing !== null) {
      this.hurry();
      await this.writing;
    }
  }

  /**
   * Resolves when the events recorded before this was called are in the table, or were reported as lost, or after a
   * second: whoever reads does not wait for as long as others record.
   */
  async caughtUp(): Promise<void> {
    if (this.writing === null) return;
    const upTo = this.recorded;
    this.hurry();
    let cancel: Cancel = () => undefined;
    // By the clock, as all that begins by itself: where that stands still, a slow machine takes as long as it takes.
    const enough = new Promise<void>(resolve => {
      cancel = this.clock.after(READERS_PATIENCE, () => Promise.resolve(resolve()));
    });
    await Promise.race([this.hasWritten(upTo), enough]);
    cancel();
  }

  async onApplicationShutdown(): Promise<void> {
    this.tellLeftOut(Infinity);
    await this.settled();
    await this.stream.end().catch((error: unknown) => this.report(String(error), 0));
  }

  private add(event: SecurityEvent, origin: RequestOrigin): void {
    if (this.waiting.length >= LONGEST_LINE) return this.report('The line is full.', 1);
    this.waiting.push(rowOf(event, origin, this.clock.now()));
    this.recorded += 1;
    this.writing ??= this.write();
    if (this.waiting.length >= BATCH) this.hurry();
  }

  /** What stands in the log alone is counted once the minute is over: in one line of the log, and one row. */
  private tellLeftOut(now: Instant): void {
    const leftOut = this.shares.over(now);
    if (leftOut === null) return;
    const facts = { leftOut: leftOut.total, kinds: leftOut.kinds };
    const event = { event: 'sys_audit_shortened', outcome: 'refused', userId: null, session: null } as const;
    this.logger.warn({ ...event, ...facts });
    this.add({ ...event, facts }, localOrigin('the security log'));
  }

  private async write(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        await this.rest();
        const rows = this.waiting.splice(0, BATCH);
        await this.keep(rows);
        this.restsUntil = performance.now() + REST;
        this.written += rows.length;
        this.tellReaders();
      }
    } finally {
      // With the last look at the line, and no moment later: what came in between would wait for the next event.
      this.writing = null;
    }
  }

  /** One turn of the event loop at least: what a request records belongs together. */
  private async rest(): Promise<void> {
    const left = this.restsUntil - performance.now();
    if (left <= 0 || this.readers.length > 0 || this.waiting.length >= BATCH)
      return new Promise(resolve => setImmediate(resolve));
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, left);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async keep(rows: AuditEvent[]): Promise<void> {
    try {
      await this.stream.write(rows);
    } catch (error) {
      return this.report(String(error), rows.length);
    }
    const people = new Set(rows.map(({ userId }) => userId).filter(userId => userId !== null));
    await this.erasures
      .cameLate([...people])
      .catch((error: unknown) => this.logger.warn({ event: 'sys_erasure_failed', reason: String(error) }));
  }

  private async hasWritten(upTo: number): Promise<void> {
    while (this.written < upTo) await new Promise<void>(resolve => this.readers.push(resolve));
  }

  private tellReaders(): void {
    for (const tell of this.readers.splice(0)) tell();
  }

  private report(reason: string, lost: number): void {
    this.logger.error({ event: 'sys_audit_write_failed', lost, reason });
  }
}
