import { HttpException } from '@nestjs/common';
import type { Asked } from './asked.js';

/** Something else has to come first. Browsers are led there; programs get a problem that says what, and where. */
export class MoreAsked extends HttpException {
  constructor(
    /** 401 where nobody is signed in yet. */
    status: 401 | 403,
    sentence: string,
    readonly asks: Asked,
  ) {
    super(sentence, status);
  }
}
