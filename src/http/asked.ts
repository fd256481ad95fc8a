/** What a program is asked for before it gets what it wants. Both are paths of this site. */
export interface Asked {
  /** The kind of problem (RFC 9457 `type`): the page that a browser would be led to. */
  readonly kind: '/login' | '/login/second-step' | '/confirm' | '/account/security';
  /** Where to go on. */
  readonly next: string;
}
