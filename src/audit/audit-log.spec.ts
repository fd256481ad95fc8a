import { Logger } from '@nestjs/common';
import { Sweeper } from '../database/sweeper.js';
import { SystemClock } from '../kernel/clock.js';
import { AuditLog } from './audit-log.js';
import type { Erasures } from './erasures.js';
import { localOrigin } from './security-event.js';
import type { StreamWriter } from './stream-writer.js';

beforeAll(() => Logger.overrideLogger(false));

describe('the security log', () => {
  /** Turns of the queue of what promises have to do. */
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
  };

  it.each(Array.from({ length: 10 }, (_, count) => count))(
    'keeps an event that comes %i turns after a batch was kept, without another one after it',
    async count => {
      const kept: string[] = [];
      let keep: () => void = () => undefined;
      let begun: () => void = () => undefined;
      const write: StreamWriter['write'] = async rows => {
        await new Promise<void>(resolve => {
          keep = resolve;
          begun();
        });
        kept.push(...rows.map(({ event }) => event));
      };
      const erasures = { cameLate: () => Promise.resolve() } as unknown as Erasures;
      const clock = new SystemClock();
      const log = new AuditLog({ write } as StreamWriter, clock, new Sweeper(clock), erasures);
      const record = (event: 'session_created' | 'session_ended') => {
        const isTaken = new Promise<void>(resolve => (begun = resolve));
        log.record({ event, outcome: 'success', userId: null, session: null }, localOrigin('test'));
        return isTaken;
      };
      await record('session_created');
      keep();
      await turns(count);
      const isTaken = record('session_ended');
      const settled = log.settled();
      await Promise.race([isTaken, settled]);
      keep();
      await settled;
      expect(kept).toEqual(['session_created', 'session_ended']);
    },
  );
});
