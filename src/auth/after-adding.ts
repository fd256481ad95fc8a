import { Injectable } from '@nestjs/common';
import { RecoveryCodes } from '../second-factor/recovery-codes.js';

/** Where recovery codes are made. */
export const RECOVERY_CODES = '/account/security/recovery-codes';

/** Where somebody goes on who has added a factor. */
export interface NextPage {
  readonly path: string;
  /** The path, and where it leads on to. */
  readonly address: string;
}

/** Asks people for a second way in who have just added one. */
@Injectable()
export class AfterAdding {
  constructor(private readonly codes: RecoveryCodes) {}

  /**
   * To recovery codes, if they have none; else to where they were on their way to.
   * @param back null: to nowhere; then to `page`. @throws Unavailable
   */
  async next(userId: string, back: string | null, page: string): Promise<NextPage> {
    if ((await this.codes.left(userId)) > 0) return { path: page, address: back ?? page };
    return { path: RECOVERY_CODES, address: back === null ? RECOVERY_CODES : recoveryCodesBefore(back) };
  }
}

/** The page of recovery codes, which leads on to `address`. */
export const recoveryCodesBefore = (address: string): string =>
  `${RECOVERY_CODES}?return_to=${encodeURIComponent(address)}`;
