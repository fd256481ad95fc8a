import type { Page } from 'playwright-core';
import type { BuiltServer } from '../support/built-server.js';

/** A page, the kind of server that has it, and how somebody comes to see it. */
export interface PageOfGatehouse {
  readonly name: string;
  readonly server: 'development' | 'production';
  readonly open: (page: Page, server: BuiltServer) => Promise<void>;
  /** What a screen reader says then: the title, before the name of the site, and what has the focus. */
  readonly heard: string;
}
