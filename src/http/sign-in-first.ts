import { UnauthorizedException } from '@nestjs/common';

/** A visitor asked for a page of signed-in people: they are sent to the login page, and come back after it. */
export class SignInFirst extends UnauthorizedException {}
