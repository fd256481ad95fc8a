import { ForbiddenException, type HttpException, NotFoundException } from '@nestjs/common';
import type { AppConfig } from '../config/app-config.js';
import { INVITED_ONLY } from './registration.words.js';

/** The answer where nobody may register by themselves; null where everybody may. */
export function registrationClosed({ registration }: AppConfig): HttpException | null {
  switch (registration) {
    case 'open':
      return null;
    case 'invite':
      return new ForbiddenException(INVITED_ONLY);
    case 'closed':
      return new NotFoundException();
  }
}
