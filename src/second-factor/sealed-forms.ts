import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SecretBox } from '../crypto/secret-box.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';

/** How long a form can be sent. */
const LIFE: Duration = minutes(30);

const Sealed = z.object({ text: z.string(), userId: z.string(), until: z.number() });

/** What a form is about. */
export type SealedPurpose = 'authenticator enrolment' | 'new recovery codes';

/**
 * Secrets that somebody is shown and that come into force only once they say so. Until then they are in their form alone,
 * sealed, for half an hour (and in the session of somebody who sent it, and confirms first who they are): left half done,
 * nothing has changed.
 */
@Injectable()
export class SealedForms {
  constructor(
    private readonly secrets: SecretRing,
    private readonly clock: Clock,
  ) {}

  /** The text for a hidden field of this person's form. */
  seal(purpose: SealedPurpose, userId: string, text: string): string {
    const until = this.clock.now() + LIFE;
    return this.box(purpose).seal(JSON.stringify({ text, userId, until }), purpose);
  }

  /** The text again; null where it is none of ours, somebody else's, or too old. */
  open(purpose: SealedPurpose, userId: string, sealed: string): string | null {
    const opened = this.box(purpose).open(sealed, purpose);
    const { data } = Sealed.safeParse(opened === null ? null : JSON.parse(opened));
    if (data === undefined || data.userId !== userId) return null;
    const now = this.clock.now();
    return now < data.until && data.until <= now + LIFE ? data.text : null;
  }

  private box(purpose: SealedPurpose): SecretBox {
    return new SecretBox(this.secrets.for(purpose));
  }
}
