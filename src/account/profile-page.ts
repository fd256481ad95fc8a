import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { ViewModel } from '../http/view-model.js';
import { Clock } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { timeView } from '../pages/time-in-words.js';
import { PendingEmailChange } from '../registration/pending-email-change.js';
import { confirmedAddress } from '../users/confirmed-address.js';

/** What the profile shows, for all the forms on it. */
@Injectable()
export class ProfilePage {
  constructor(
    private readonly config: AppConfig,
    private readonly pending: PendingEmailChange,
    private readonly clock: Clock,
  ) {}

  /** @param displayName what stands in the form, such as a name that was refused. @throws Unavailable */
  async modelOf(person: CurrentPerson, displayName = person.displayName): Promise<ViewModel> {
    const mails = this.config.mail.smtp !== null;
    const pending = mails ? await this.pending.of(person.id) : null;
    const until = pending === null ? null : timeView(pending.until, this.clock.now());
    return {
      displayName,
      mails,
      unconfirmed: mails && person.email !== null && confirmedAddress(person) === null,
      pending: pending === null ? null : { ...pending, until },
    };
  }
}
