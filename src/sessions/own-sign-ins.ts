import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { iso } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { OwnDataParts } from '../users/own-data-parts.js';
import { methodsIn } from './amr.js';
import { SignInRow } from './sign-in.entity.js';

/** Rows read at a time. */
const BATCH = 250;

/** A person's sign-ins in what they can download of themselves, with those that ended not long ago. */
@Injectable()
export class OwnSignIns implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: OwnDataParts,
  ) {}

  onModuleInit(): void {
    this.parts.add('signIns', person => this.of(person));
  }

  private async *of({ id: userId }: CurrentPerson): AsyncGenerator<readonly unknown[]> {
    for (let skip = 0; ; skip += BATCH) {
      const order = { beganAt: 'DESC', id: 'ASC' } as const;
      const rows = await this.dataSource.manager.find(SignInRow, {
        where: { userId },
        order,
        skip,
        take: BATCH,
      });
      yield rows.map(rowOf);
      if (rows.length < BATCH) return;
    }
  }
}

const rowOf = ({ id, amr, beganAt, provedAt, endedAt, endReason }: SignInRow) => ({
  publicId: id,
  amr: methodsIn(amr),
  beganAt: iso(beganAt),
  provedAt: iso(provedAt),
  endedAt: iso(endedAt),
  endReason,
});
