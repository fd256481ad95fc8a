import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { randomText } from '../crypto/random.js';
import { Transaction } from '../database/transaction.js';
import { Clock } from '../kernel/clock.js';
import { Erasure } from './erasure.entity.js';

/** Promises to take people who are gone out of their events. The {@link ErasureWorker} keeps them. */
@Injectable()
export class Erasures {
  private due: () => void = () => undefined;

  constructor(
    @InjectRepository(Erasure) private readonly rows: Repository<Erasure>,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
  ) {}

  /** Writes the promise down, in the transaction of the deletion. Call {@link begin} when that is over. */
  async promise(manager: EntityManager, userId: string): Promise<void> {
    const now = this.clock.now();
    const row = { userId, pseudonym: `closed:${randomText(9)}`, promisedAt: now, dueAt: now, untold: 0 };
    await manager.insert(Erasure, Object.assign(new Erasure(), row));
  }

  /** Has what is due done soon, by this process. Nobody waits for it. */
  begin(): void {
    this.due();
  }

  /**
   * Makes promises due again whose people are among these: events of theirs were written just now. A node may have
   * had them in memory while another one deleted the person. To be called after the events are kept: then either
   * this sees the promise, or whoever keeps the promise sees the events.
   * @throws the driver's error where the database cannot answer.
   */
  async cameLate(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    const gone = await this.rows.find({ where: { userId: In(userIds) }, select: { userId: true } });
    if (gone.length === 0) return;
    const which = { userId: In(gone.map(({ userId }) => userId)) };
    const dueAt = this.clock.now();
    await this.transaction.one(manager => manager.update(Erasure, which, { dueAt }), 'server');
    this.due();
  }

  /** Tells whoever keeps promises that there is something to do. */
  whenDue(tell: () => void): void {
    this.due = tell;
  }
}
