import { Injectable, type OnModuleInit } from '@nestjs/common';
import { iso } from '../kernel/clock.js';
import { OwnDataParts } from '../users/own-data-parts.js';
import { type OpenedApplication, OpenedApplications } from './opened-applications.js';

/** Applications that are open in what a person can download of themselves. */
@Injectable()
export class OwnApplications implements OnModuleInit {
  constructor(
    private readonly opened: OpenedApplications,
    private readonly parts: OwnDataParts,
  ) {}

  onModuleInit(): void {
    const { opened } = this;
    this.parts.add('applications', async function* ({ id }) {
      yield (await opened.of(id)).map(rowOf);
    });
  }
}

const rowOf = ({ signInId, origin, application, since, lastUsedAt }: OpenedApplication) => ({
  application: application?.name ?? null,
  origin,
  signIn: signInId,
  since: iso(since),
  lastUsedAt: iso(lastUsedAt),
});
