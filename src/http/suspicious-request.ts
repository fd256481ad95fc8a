import { HttpException } from '@nestjs/common';
import type { RemarkName } from './remarks.js';

/** A request that is refused and that the security log should know of. */
export class SuspiciousRequest extends HttpException {
  constructor(
    status: number,
    sentence: string,
    readonly suspicion: RemarkName,
    /** What was wrong, for the log only. */
    readonly reason: string,
  ) {
    super(sentence, status);
  }
}
