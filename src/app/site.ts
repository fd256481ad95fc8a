import type { Site } from '../config/site.js';

/** What your application tells Gatehouse of itself. */
export const SITE: Site = {
  home: '/welcome',
};
