import { GoneException } from '@nestjs/common';

/** A mailed link that was used, is too old, was replaced by a newer one, or never was. */
export class LinkIsOver extends GoneException {
  constructor() {
    super('This link was used already, is too old, or a newer one took its place. Ask for a new one.');
  }
}
