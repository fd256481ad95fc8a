import { ForbiddenException } from '@nestjs/common';

/** The request leads to another page instead: to a form that was not taken, or to what comes first. */
export class ComeBack extends ForbiddenException {
  constructor(readonly page: string) {
    super();
  }
}
