import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Application } from '../applications/application.js';
import { Catalogue } from '../applications/catalogue.js';
import { asUnavailable } from '../database/store-failure.js';
import { Clock, type Instant } from '../kernel/clock.js';

/** An application that somebody has opened, from one sign-in. */
export interface OpenedApplication {
  readonly signInId: string;
  readonly origin: string;
  /** Null where no application has that origin any more. */
  readonly application: Application | null;
  readonly since: Instant;
  readonly lastUsedAt: Instant;
}

/** What people have opened: for their own pages, and for operators. */
@Injectable()
export class OpenedApplications {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Somebody's, the last used first; several sessions of one sign-in at one origin are one. Without those that last no
   * longer by the application's rules. @throws Unavailable
   */
  async of(userId: string): Promise<readonly OpenedApplication[]> {
    const known = await this.catalogue.current();
    const rows = await this.dataSource.query<Row[]>(OPENED, [userId]).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    const opened = new Map<string, OpenedApplication>();
    for (const row of rows) {
      const { origin, sign_in_id: signInId } = row;
      const application = known.at(origin);
      const since = Number(row.began_at);
      if (this.clock.now() - since >= (application?.longest ?? Infinity)) continue;
      const key = `${signInId} ${origin}`;
      const last = opened.get(key)?.lastUsedAt ?? Number(row.last_used_at);
      const first = Math.min(since, opened.get(key)?.since ?? since);
      opened.set(key, { signInId, origin, application, since: first, lastUsedAt: last });
    }
    return [...opened.values()];
  }
}

/** PostgreSQL gives 64-bit numbers as text. */
interface Row {
  readonly sign_in_id: string;
  readonly origin: string;
  readonly began_at: number | string;
  readonly last_used_at: number | string;
}

const OPENED = `
  SELECT a.sign_in_id, a.origin, a.began_at, a.last_used_at
  FROM application_sessions a JOIN sign_ins i ON i.id = a.sign_in_id
  WHERE i.user_id = $1 AND i.ended_at IS NULL ORDER BY a.last_used_at DESC`;
