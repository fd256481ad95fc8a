import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { randomText } from '../crypto/random.js';
import { withSecondConnection } from '../database/second-connection.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';

/** How long the row of a process stays after its last check. */
const KEPT: Duration = days(1);

const WRITE =
  'INSERT INTO probes (name, mark) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET mark = excluded.mark';
const READ = 'SELECT mark FROM probes WHERE name = $1';
/** A mark begins with its time, in thirteen digits. */
const SWEEP = "DELETE FROM probes WHERE name LIKE 'ready %' AND mark < $1";

const Rows = z.array(z.object({ mark: z.string() }));

/** Finds out whether the database keeps what it is given. */
@Injectable()
export class DatabaseProbe implements OnModuleInit {
  /** A row of its own: other processes check at the same time. */
  private readonly name = `ready ${randomText(9)}`;

  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('probes', now => this.sweep(now));
  }

  /** Writes something as every request does, and reads it on another connection. @throws where it is not there. */
  async check(): Promise<void> {
    await this.transaction.proveRoom();
    const mark = `${this.clock.now()} ${randomText(9)}`;
    const found = await withSecondConnection(this.dataSource, async reader => {
      await this.transaction.one(manager => manager.query(WRITE, [this.name, mark]));
      return Rows.parse(await reader.query(READ, [this.name]));
    });
    if (found[0]?.mark !== mark) throw new Error('What was written is not in the database.');
  }

  /** One statement takes them all: there are as many as processes were killed in a day. */
  private async sweep(now: Instant): Promise<number> {
    await this.transaction.one(manager => manager.query(SWEEP, [String(now - KEPT)]), 'server');
    return 0;
  }
}
