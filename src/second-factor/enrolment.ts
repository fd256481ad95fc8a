import { Injectable } from '@nestjs/common';
import { encode } from 'uqr';
import { AppConfig } from '../config/app-config.js';
import { base32, bytesOfBase32 } from '../crypto/base32.js';
import { randomOctets } from '../crypto/random.js';
import { Clock } from '../kernel/clock.js';
import type { ShownSecret } from './authenticators.js';
import { codeIn, matchingPeriod } from './matching-period.js';
import { SealedForms } from './sealed-forms.js';

/** Bytes of a secret: 160 bits (RFC 4226, R6). */
const SECRET_BYTES = 20;

/** What its form is sealed for. */
const PURPOSE = 'authenticator enrolment';

/** Whose authenticator it is to be. */
export interface Enrolled {
  readonly id: string;
  readonly username: string;
}

/**
 * Adding an authenticator app. What waits for its first right code is in the form alone, sealed: left half done, nothing has
 * changed. A form that came too late is kept in the session, as sealed, while its person confirms who they are.
 */
@Injectable()
export class Enrolment {
  constructor(
    private readonly config: AppConfig,
    private readonly forms: SealedForms,
    private readonly clock: Clock,
  ) {}

  /** A new secret for somebody, as the page shows it. @param pending the one that a form came with, to be shown again. */
  begin(person: Enrolled, pending: string | null = null) {
    const again = pending === null ? null : this.secretIn(pending, person);
    const secret = again ?? base32(randomOctets(SECRET_BYTES));
    const address = this.addressOf(person, secret);
    return {
      pending: again === null ? this.forms.seal(PURPOSE, person.id, secret) : pending,
      secret: secret.replaceAll(/(.{4})(?=.)/g, '$1 '),
      address,
      qr: qrOf(address),
    };
  }

  /**
   * The secret of a form, where the code is one that it makes now; `over` where the form is too old or somebody else's.
   */
  check(person: Enrolled, pending: string, typed: string): ShownSecret | 'wrong' | 'over' {
    const secret = this.secretIn(pending, person);
    if (secret === null) return 'over';
    const code = codeIn(typed);
    const period = code === null ? null : matchingPeriod(bytesOfBase32(secret), code, this.clock.now(), -1);
    return period === null ? 'wrong' : { secret, period };
  }

  /** How apps take a secret (the "Key URI Format"): by its QR code, or by tapping it on a phone. Blanks are `%20`, never `+`. */
  private addressOf({ username }: Enrolled, secret: string): string {
    // A colon parts the site from the account.
    const issuer = encodeURIComponent(this.config.appName.replaceAll(':', ' '));
    const label = `${issuer}:${encodeURIComponent(username)}`;
    return `otpauth://totp/${label}?secret=${secret}&issuer=${issuer}&algorithm=SHA1&digits=6&period=30`;
  }

  private secretIn(pending: string, { id }: Enrolled): string | null {
    return this.forms.open(PURPOSE, id, pending);
  }
}

/** A QR code as one path over a square of `size`: a view prints both, and needs no raw HTML. */
function qrOf(text: string): { readonly size: number; readonly path: string } {
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  const rows = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size, path: rows.join('') };
}
