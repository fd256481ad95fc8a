import { HttpException } from '@nestjs/common';

/** Names of events of the OWASP logging vocabulary that a request alone can cause. */
export type SuspicionName = 'malicious_csrf' | 'malicious_extraneous' | 'authz_fail';

/** A request that is refused and that the security log should know of. */
export class SuspiciousRequest extends HttpException {
  constructor(
    status: number,
    sentence: string,
    readonly suspicion: SuspicionName,
    /** What was wrong, for the log only. */
    readonly reason: string,
  ) {
    super(sentence, status);
  }
}
