import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SecretBox } from '../crypto/secret-box.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { MAX_UNSAVED } from './form-body.js';

const PURPOSE = 'unsaved forms';

/** How long what was typed waits for its person to sign in. */
const LIFE: Duration = minutes(30);

const Unsaved = z.object({
  owner: z.string(),
  page: z.string(),
  fields: z.record(z.string(), z.string()),
  until: z.number(),
});

/** A form that came after its person had been signed out. */
export interface UnsavedForm {
  /** The person's id. */
  readonly owner: string;
  /** The page the form is on, with its query. */
  readonly page: string;
  /** What was typed, secrets excepted. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Carries what was typed over a sign-in, through the browser: the ended session is gone, and a visitor has
 * none where it could wait. It is encrypted, so that whoever sits there next cannot read it, and good for 30
 * minutes.
 */
@Injectable()
export class UnsavedForms {
  constructor(
    private readonly secrets: SecretRing,
    private readonly clock: Clock,
  ) {}

  /** The form as text for a hidden field of the sign-in form; null where there is nothing in it, or too much. */
  seal(form: UnsavedForm): string | null {
    if (Object.keys(form.fields).length === 0) return null;
    const until = this.clock.now() + LIFE;
    const sealed = this.box.seal(JSON.stringify({ ...form, until }), PURPOSE);
    return sealed.length > MAX_UNSAVED ? null : sealed;
  }

  /** The form again; null where the time is over or the text is none of ours. */
  open(sealed: string | undefined): UnsavedForm | null {
    const text = sealed === undefined ? null : this.box.open(sealed, PURPOSE);
    if (text === null) return null;
    // Another version of this program may have written it.
    const { data } = Unsaved.safeParse(JSON.parse(text));
    if (data === undefined) return null;
    const { until, ...form } = data;
    const now = this.clock.now();
    return now < until && until <= now + LIFE ? form : null;
  }

  private get box(): SecretBox {
    return new SecretBox(this.secrets.for(PURPOSE));
  }
}
