import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { randomText } from '../crypto/random.js';
import { insertRows } from '../database/insert-rows.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditKeys } from './audit-keys.js';
import { AuditStream } from './audit-stream.entity.js';
import { type AuditKey, beginningMac, type Head } from './chain.js';
import { liveHeads, type OtherHead, wordOf } from './heads.js';
import { chained, namingEvent } from './new-events.js';
import { settle } from './settle-streams.js';

/** How long others go on naming a stream that says nothing more. */
const LIVES: Duration = minutes(15);

/** With less than this left it is written down anew that it lives: a checkpoint does so only where it has grown. */
const LIVES_AT_LEAST: Duration = minutes(8);

/** How far this process' stream is. */
interface Own extends Head {
  readonly key: AuditKey;
  /** Until when others go on naming it; afterwards its end has been named, and they do not look at it again. */
  readonly liveUntil: Instant;
  /** Whether something was written since it last named others. */
  readonly news: boolean;
}

/**
 * Writes this process' stream of security events: each row proves the one before it, so that none can be changed, taken
 * out or put in unseen by who does not have the key. A process has a stream of its own, so nobody waits for anybody's
 * place; its first row, and a row every five minutes, name how far all others are.
 */
@Injectable()
export class StreamWriter {
  private readonly logger = new Logger('Audit');
  private own: Own | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly transaction: Transaction,
    private readonly keys: AuditKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes rows, all or none.
   * @throws the driver's error. Whether they were kept is not known then: what comes next begins another stream, so that
   * there is neither a hole nor a place that is taken.
   */
  write(rows: readonly AuditEvent[]): Promise<void> {
    return this.inTurn(() => this.append(rows));
  }

  /** Names how far all streams are, in a row and in the log, if this one has grown. @throws as {@link write} */
  checkpoint(): Promise<void> {
    return this.inTurn(async () => {
      if (this.own?.news === true) await this.nameOthers(this.own, this.clock.now() + LIVES);
    });
  }

  /** The same, and that nothing more is to come, unless something does. @throws as {@link write} */
  end(): Promise<void> {
    return this.inTurn(async () => {
      if (this.own !== null) await this.nameOthers(this.own, this.clock.now());
    });
  }

  private async append(rows: readonly AuditEvent[]): Promise<void> {
    const key = this.keys.current;
    const own = this.own?.key.id === key?.id ? this.own : null;
    if (key !== null && own === null) return this.begin(rows, key);
    this.own = null;
    const insert = (manager: EntityManager) => insertRows(manager, AuditEvent, rows);
    if (own === null) return void (await this.transaction.one(insert, 'server', true));
    const head = { ...chained(rows, own, own.key), key: own.key };
    this.own = { ...head, liveUntil: await this.keepNamed(own, insert), news: true };
  }

  /** Inserts rows so that others name them, also where nothing was for long, or the process was about to end. @returns until when */
  private async keepNamed({ stream, liveUntil }: Own, insert: Insert): Promise<Instant> {
    const now = this.clock.now();
    if (liveUntil - now >= LIVES_AT_LEAST) {
      await this.transaction.one(insert, 'server', true);
      return liveUntil;
    }
    const anew = now + LIVES;
    const work = async (manager: EntityManager) => {
      await manager.update(AuditStream, { stream }, { liveUntil: anew });
      await insert(manager);
    };
    await this.transaction.run(work, 'server', true);
    return anew;
  }

  private async begin(rows: readonly AuditEvent[], key: AuditKey): Promise<void> {
    const now = this.clock.now();
    const before: Head = { stream: randomText(16), seq: 0, mac: '' };
    const work = async (manager: EntityManager) => {
      const others = await liveHeads(manager, before.stream);
      const all = [namingEvent('sys_audit_stream', others, now), ...rows];
      const head = chained(all, before, key);
      await manager.insert(AuditStream, rowOf(before, key, now));
      await insertRows(manager, AuditEvent, all);
      return { head, others };
    };
    const { head, others } = await this.transaction.run(work, 'server');
    this.own = { ...head, key, liveUntil: now + LIVES, news: true };
    await settle(this.transaction, others, now);
  }

  private async nameOthers(own: Own, liveUntil: Instant): Promise<void> {
    const now = this.clock.now();
    const { stream, key } = own;
    const work = async (manager: EntityManager) => {
      const others = own.news ? await liveHeads(manager, stream) : [];
      const rows = own.news ? [namingEvent('sys_audit_checkpoint', others, now)] : [];
      const head = chained(rows, own, key);
      if (rows.length > 0) await insertRows(manager, AuditEvent, rows);
      await manager.update(AuditStream, { stream }, { liveUntil });
      return { head, others };
    };
    this.own = null;
    const { head, others } = await this.transaction.run(work, 'server');
    this.own = { ...head, key, liveUntil, news: false };
    if (own.news) this.tell(head, others);
    await settle(this.transaction, others, now);
  }

  /** Whoever can change the database cannot change what was shipped elsewhere by then. */
  private tell(head: Head, others: readonly OtherHead[]): void {
    const words = { checkpoint: wordOf(head), others: others.map(wordOf).join(' ') };
    this.logger.log({ event: 'sys_audit_checkpoint', ...words });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

type Insert = (manager: EntityManager) => Promise<unknown>;

const rowOf = ({ stream }: Head, { id, key }: AuditKey, now: Instant) =>
  Object.assign(new AuditStream(), {
    ...{ stream, begunAt: now, liveUntil: now + LIVES, oldestAt: now },
    ...{ begins: 1, macBefore: '', keyId: id, mac: beginningMac(key, { stream, seq: 1, mac: '' }) },
  });
