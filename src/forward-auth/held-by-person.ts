import { Injectable } from '@nestjs/common';
import { SessionList } from '../sessions/session-list.js';
import { AccessTokens } from './access-tokens.js';
import { OpenedApplications } from './opened-applications.js';

/** What somebody has that opens applications. */
@Injectable()
export class HeldByPerson {
  constructor(
    private readonly sessions: SessionList,
    private readonly opened: OpenedApplications,
    private readonly tokens: AccessTokens,
  ) {}

  /** @throws Unavailable */
  async by(userId: string) {
    const sessions = await this.sessions.of(userId);
    return { sessions, opened: await this.opened.of(userId), tokens: await this.tokens.of(userId) };
  }

  /** What was opened from one of somebody's sign-ins. @throws Unavailable */
  async openedFrom(userId: string, signInId: string) {
    return (await this.opened.of(userId)).filter(one => one.signInId === signInId);
  }
}
