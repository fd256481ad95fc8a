/** Where a request came from, as it stands in sessions and in the log. */
export interface RequestOrigin {
  /** An IPv4 or IPv6 address as text; an IPv4 address mapped into IPv6 stands as IPv4. */
  readonly ip: string;
  /** What the client calls itself: at most 512 characters, none of them a control character. */
  readonly userAgent: string;
  /** Names the request in the log. */
  readonly requestId: string;
  /** Whether somebody sits at the server's own machine. */
  readonly atThisMachine: boolean;
}
