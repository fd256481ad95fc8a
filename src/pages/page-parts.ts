import type { AppConfig } from '../config/app-config.js';
import { Assets } from './assets.js';
import { Views } from './views.js';

/** What pages are made of: the files they ask for, and their templates. It holds nothing of anybody. */
export interface PageParts {
  readonly assets: Assets;
  readonly views: Views;
}

/** What makes one site's pages other than another's, and whether templates are never edited while it runs. */
type PageLook = Pick<AppConfig, 'accentColor' | 'production'>;

/** Reads both. @throws where a template is broken, in production. */
export function pageParts({ accentColor, production }: PageLook): PageParts {
  const assets = new Assets(accentColor);
  return { assets, views: new Views(assets, !production) };
}
