import { ForbiddenException } from '@nestjs/common';

/** A form that was not taken, though it is its person's own: they see it again, as they filled it in. */
export class ComeBack extends ForbiddenException {
  constructor(
    /** The form's page, which knows what was typed. */
    readonly page: string,
  ) {
    super();
  }
}
