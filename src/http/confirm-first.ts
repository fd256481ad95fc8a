import { ForbiddenException } from '@nestjs/common';

/** A sensitive page was asked for long after the sign-in: the person confirms the password, then comes back. */
export class ConfirmFirst extends ForbiddenException {
  constructor(
    /** Where they go on afterwards. */
    readonly back: string,
  ) {
    super();
  }
}
