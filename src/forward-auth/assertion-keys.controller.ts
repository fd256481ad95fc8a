import { Controller, Get, Header } from '@nestjs/common';
import { AnswersJson, Public } from '../http/access.js';
import { Assertions } from './assertions.js';

/** The public keys of `Remote-Assertion`, as a JSON Web Key Set (RFC 7517). */
@Controller('.well-known/gatehouse.jwks')
export class AssertionKeysController {
  constructor(private readonly assertions: Assertions) {}

  @Public()
  @AnswersJson()
  @Header('Cache-Control', 'public, max-age=300')
  @Get()
  show() {
    return { keys: this.assertions.publicKeys };
  }
}
