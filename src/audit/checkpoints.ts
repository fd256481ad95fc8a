import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Cancel, Clock } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { StreamWriter } from './stream-writer.js';

/** How often a stream that grows names how far all are. So long what was written last may be cut off unseen. */
const EVERY: Duration = minutes(5);

/** Has this process' stream name how far all streams are, every five minutes. The last time is when the log stops. */
@Injectable()
export class Checkpoints implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private stop: Cancel = () => undefined;

  constructor(
    private readonly stream: StreamWriter,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(EVERY, () => this.make());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** Makes one, if anything was written since the last. Never throws: it is made up for the next time. */
  async make(): Promise<void> {
    await this.stream
      .checkpoint()
      .catch((error: unknown) =>
        this.logger.warn({ event: 'sys_audit_checkpoint_failed', reason: String(error) }),
      );
  }
}
