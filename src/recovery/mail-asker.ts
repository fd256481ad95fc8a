import { Injectable } from '@nestjs/common';
import type { Visit } from '../http/visit.js';
import { KnownDevices } from '../throttle/known-devices.js';
import type { MailAsker } from '../throttle/mail-budget.js';
import type { EmailAddress } from '../users/email-address.js';
import { UsersService } from '../users/users.service.js';

/** Tells against whom a visitor's request for a mail counts. */
@Injectable()
export class MailAskers {
  constructor(
    private readonly users: UsersService,
    private readonly devices: KnownDevices,
  ) {}

  /**
   * The browser, where the owner of this address has signed in from it before: it has a seal that nobody else can
   * make, so others at its network address cannot stop it. The network address for everybody else. @throws Unavailable
   */
  async of(visit: Visit, email: EmailAddress): Promise<MailAsker> {
    if (!this.devices.hasVisited(visit)) return visit.origin;
    const owner = await this.users.findByLogin(email.key);
    const device = owner === null ? null : this.devices.reader(visit)(owner.id);
    return owner === null || device === null ? visit.origin : { account: `${owner.id} ${device}` };
  }
}
