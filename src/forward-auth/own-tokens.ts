import { Injectable, type OnModuleInit } from '@nestjs/common';
import { iso } from '../kernel/clock.js';
import { OwnDataParts } from '../users/own-data-parts.js';
import type { AccessToken } from './access-token.entity.js';
import { AccessTokens } from './access-tokens.js';

/** Access tokens in what a person can download of themselves. */
@Injectable()
export class OwnTokens implements OnModuleInit {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly parts: OwnDataParts,
  ) {}

  onModuleInit(): void {
    const { tokens } = this;
    this.parts.add('accessTokens', async function* ({ id }) {
      yield (await tokens.of(id)).map(rowOf);
    });
  }
}

const rowOf = ({ id, name, applicationName, methods, prefix, ...times }: AccessToken) => ({
  id,
  name,
  application: applicationName,
  methods,
  prefix,
  madeAt: iso(times.madeAt),
  expiresAt: iso(times.expiresAt),
  lastUsedAt: iso(times.lastUsedAt),
});
