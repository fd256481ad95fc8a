import { GoneException } from '@nestjs/common';

/** A page that helps on: where it is, and what its button says. */
export interface Help {
  readonly href: string;
  readonly label: string;
}

/** A mailed link that opens nothing, or nothing in this browser, in words that say what to do. */
export class LinkOpensNothing extends GoneException {
  constructor(
    readonly title: string,
    sentence: string,
    /** What makes another one, or helps otherwise; null where only a person can. */
    readonly help: Help | null,
    /** Where somebody goes on whom that does not help, or for whom it has worked after all. */
    readonly next: Help | null,
  ) {
    super(sentence);
  }
}
