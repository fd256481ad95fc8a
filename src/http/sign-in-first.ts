import { UnauthorizedException } from '@nestjs/common';

/** A visitor asked for a page of signed-in people: they are sent to the login page, and come back after it. */
export class SignInFirst extends UnauthorizedException {
  constructor(
    /** Of a form: the fields that are no secrets, and may wait until its person has signed in. */
    readonly keeps: readonly string[],
    /** Of a form: the page it is on, where the request does not say. */
    readonly page: string | null,
  ) {
    super();
  }
}
