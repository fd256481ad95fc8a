import { Controller, Get, NotFoundException } from '@nestjs/common';
import { AnswersJson } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { PasskeyKind } from './passkey-kind.js';

/** What `/confirm` asks the browser for when its button is pressed: the page may have been open for hours. */
@Controller('confirm/passkey')
export class ConfirmOptionsController {
  constructor(private readonly kind: PasskeyKind) {}

  /** Those of whoever is signed in; 404 where none of theirs is in force. */
  @AnswersJson()
  @Get()
  async ask(@CurrentUser() { id }: CurrentPerson): Promise<object> {
    const options = await this.kind.optionsFor(id);
    if (options === null) throw new NotFoundException();
    return options;
  }
}
