import type { Request } from 'express';
import type { Principal } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { originOf } from './request-origin.js';

/** Names of events that a request alone can cause, of the OWASP logging vocabulary where it has one. */
export type RemarkName =
  | 'malicious_csrf'
  | 'malicious_extraneous'
  | 'authz_fail'
  /** What no page of ours sends: a field that the form has not, a text that cannot be decoded, a way back to another site. */
  | 'input_validation_fail'
  /** More mails, names or codes were asked for than a budget has. */
  | 'excess_rate_limit_exceeded'
  /** A mailed link that opens nothing: used, too old, replaced, or never sent. */
  | 'authn_link_fail'
  /** A wrong set-up code. */
  | 'authn_setup_fail';

/** Of a path, so many characters are kept: anybody may send a head full of it, and it must not fill the disk. */
const KEPT_OF_PATH = 200;

/** The path of a request as it is logged: without its query, which may hold a token, and no longer than one of ours. */
export const loggedPath = ({ path }: Pick<Request, 'path'>): string => path.slice(0, KEPT_OF_PATH);

/** What the security log should know of a request. */
export interface Remark {
  readonly event: RemarkName;
  /** What was wrong, for the log only: a word of ours, nothing that was sent. */
  readonly reason: string;
}

/** A remark, and the request it is about. */
export interface Remarked extends Remark {
  readonly origin: RequestOrigin;
  /** Who asked; null for a visitor. */
  readonly principal: Principal | null;
  readonly method: string;
  /** As {@link loggedPath} has it. */
  readonly path: string;
}

/** Takes what is remarked of requests to whoever keeps it: this folder stands below the security log. */
export class Remarks {
  private keep: ((remarked: Remarked) => void) | null = null;

  /** From now on each remark goes to `keep`. */
  keptBy(keep: (remarked: Remarked) => void): void {
    this.keep = keep;
  }

  add(remarked: Remarked): void {
    this.keep?.(remarked);
  }
}

/** Remarks on a request, which is answered as if nothing was. */
export function remark(request: Request, what: Remark): void {
  const { gatehouse, method } = request;
  const { principal, remarks } = gatehouse;
  remarks.add({ ...what, origin: originOf(request), principal, method, path: loggedPath(request) });
}
