import type { Principal } from '../kernel/principal.js';
import type { RequestContext } from './request-context.js';

declare global {
  // How Express' types are extended: by merging into its namespace.
  namespace Express {
    interface Request {
      /** What the server knows of this request. */
      readonly gatehouse: RequestContext;
    }
    /** What Passport puts on `request.user`. */
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface User extends Principal {}
  }
}
