import type { MigrationInterface, QueryRunner } from 'typeorm';
import { replaceSweep } from './audit-functions.js';

/** The sweep of events outside the chain deletes no more than it is asked for, whichever plan PostgreSQL takes. */
export class SweptEventsChosenOnce1796740000000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return replaceSweep(runner, { once: true });
  }

  down(runner: QueryRunner): Promise<void> {
    return replaceSweep(runner, { once: false });
  }
}
