import type { IncomingHttpHeaders } from 'node:http';
import type { Application } from '../applications/application.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { Asker } from './asking-browser.js';

/** A request for one of our own paths on the host of an application. */
export interface HostVisit {
  readonly application: Application;
  /** That of the application's origins whose host was asked. */
  readonly origin: string;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly asker: Asker;
  /** Where the request came from. */
  readonly from: RequestOrigin;
}
