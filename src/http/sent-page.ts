import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { SecretBox } from '../crypto/secret-box.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { hostCookie, readCookie, SENT, setCookieLine } from './cookies.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';

/** Where somebody reads to which address a link went. */
export const SENT_PAGE = '/verify/sent';

/** How long that can be read. */
const LIFE: Duration = minutes(30);

const Sent = z.object({ address: z.string(), again: z.boolean(), until: z.number() });

/** What was asked for: a link to this address; `again`: once more, if one waits there. */
export type SentLink = Pick<z.output<typeof Sent>, 'address' | 'again'>;

/**
 * Remembers in the browser for which address a link was asked for, so that a page can name it: a visitor has no session,
 * and an address does not belong into an address bar. It is what was typed, and tells of no account.
 */
@Injectable()
export class SentPage {
  constructor(
    private readonly config: AppConfig,
    private readonly secrets: SecretRing,
    private readonly clock: Clock,
  ) {}

  /** Leads to the page. */
  show(response: Response, link: SentLink): void {
    const text = JSON.stringify({ ...link, until: this.clock.now() + LIFE });
    response.append('Set-Cookie', setCookieLine(SENT, this.box.seal(text, SENT), LIFE, this.config));
    response.redirect(303, SENT_PAGE);
  }

  /** What was asked for here last; null where nothing is known of it (any more). */
  read(request: Request): SentLink | null {
    const sealed = readCookie(request.headers.cookie, hostCookie(SENT, this.config));
    const text = sealed === null ? null : this.box.open(sealed, SENT);
    // Another version of this program may have written it.
    const { data } = Sent.safeParse(text === null ? null : JSON.parse(text));
    if (data === undefined) return null;
    const now = this.clock.now();
    return now < data.until && data.until <= now + LIFE ? data : null;
  }

  private get box(): SecretBox {
    return new SecretBox(this.secrets.for('sent links'));
  }
}
