import { randomText } from '../crypto/random.js';
import type { Principal } from '../kernel/principal.js';
import { ANY_CLICK, type FirstClick } from './first-click.js';
import type { Remarks } from './remarks.js';

/** What the server knows of one request beside what the visitor sent. Lives as long as the request. */
export class RequestContext {
  /** Who asks; null for a visitor. Set by the session middleware, read by guards and decorators. */
  principal: Principal | null = null;
  /** The token that the session's own forms carry; null for a visitor. */
  csrfToken: string | null = null;
  /** The address of whoever asks; empty until `http/forwarded-for.ts` has found it. */
  ip = '';
  /** The route answers JSON whatever `Accept` says; null until the request has found its route. */
  answersJson: boolean | null = null;
  /** The page shows another one of this site in a frame. */
  hasFrames = false;
  /** Where the route is marked `@SentOnce()`: says that this form is the first. */
  firstClick: FirstClick = ANY_CLICK;
  private name: string | null = null;

  /** @param remarks where remarks on requests go. */
  constructor(readonly remarks: Remarks) {}

  /** Names the request in logs and on error pages: 16 random base64url characters. */
  get id(): string {
    this.name ??= randomText(12);
    return this.name;
  }
}
