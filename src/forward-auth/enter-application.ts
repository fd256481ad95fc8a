import { Injectable } from '@nestjs/common';
import { type EntryAdmission, entryAdmissionOf } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { Catalogue } from '../applications/catalogue.js';
import { AppConfig } from '../config/app-config.js';
import { Clock } from '../kernel/clock.js';
import type { Principal } from '../kernel/principal.js';
import { OURS } from './host-paths.js';
import { Tickets, type TicketSight } from './tickets.js';

/** Where somebody wants to go. */
export interface Way {
  readonly origin: string;
  readonly address: string;
  /** The digest of the browser's cookie there. */
  readonly browser: string;
}

export type EnterOutcome =
  /** `next`: the address on the application's host that takes the ticket. */
  | { readonly outcome: 'ticket'; readonly application: Application; readonly next: string }
  | { readonly outcome: Exclude<EntryAdmission, 'admitted'>; readonly application: Application }
  | { readonly outcome: 'circle'; readonly application: Application; readonly seen: TicketSight | 'never' }
  /** No application is there. */
  | { readonly outcome: 'unknown' }
  /** Their sign-in has ended since they were let through. */
  | { readonly outcome: 'signed-out' };

/** Lets somebody who is signed in go on to an application, if they may. */
@Injectable()
export class EnterApplication {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly tickets: Tickets,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** @throws Unavailable */
  async enter({ person, session }: Principal, { origin, address, browser }: Way): Promise<EnterOutcome> {
    const application = (await this.catalogue.current()).at(origin);
    if (application === null) return { outcome: 'unknown' };
    const policy = { registrationOpen: this.config.registration === 'open', now: this.clock.now() };
    const entrant = { person, amr: session.amr, provedAt: session.authenticatedAt };
    const admission = entryAdmissionOf(application, entrant, policy);
    if (admission !== 'admitted') return { outcome: admission, application };
    const issued = await this.tickets.issue({ signInId: session.publicId, origin, browser, path: address });
    if (issued.outcome === 'ended') return { outcome: 'signed-out' };
    if (issued.outcome === 'circle') return { ...issued, application };
    return { outcome: 'ticket', application, next: `${origin}${OURS}enter?ticket=${issued.ticket}` };
  }
}
