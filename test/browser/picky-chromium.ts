import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { LIMIT, START_LIMIT } from './ask-until.js';
import { removeProfile } from './end-of.js';
import { GATED } from './gated-chromium.js';
import { QUIET } from './open-browser.js';

/** What stands for "block" in Chromium's settings. */
const BLOCK = 2;

/**
 * Chromium whose person has said in its settings that it is to keep no cookies, of some sites or of any. Settings are of a
 * folder of its own, which no other way of starting it has, and Debian's `chromium-headless-shell` has none at all.
 */
export class PickyChromium {
  private constructor(
    readonly context: BrowserContext,
    private readonly folder: string,
  ) {}

  /** @param sites the origins without their ports; null: all. */
  static async open(sites: readonly string[] | null): Promise<PickyChromium> {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-chromium-'));
    mkdirSync(join(folder, 'Default'));
    const cookies = Object.fromEntries((sites ?? []).map(site => [`${site},*`, { setting: BLOCK }]));
    const profile =
      sites === null
        ? { default_content_setting_values: { cookies: BLOCK } }
        : { content_settings: { exceptions: { cookies } } };
    writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile }));
    const context = await chromium.launchPersistentContext(folder, {
      timeout: START_LIMIT,
      executablePath: '/usr/bin/chromium',
      args: [...QUIET, ...GATED],
      ignoreHTTPSErrors: true,
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(LIMIT);
    return new PickyChromium(context, folder);
  }

  async close(): Promise<void> {
    await this.context.close();
    await removeProfile(this.folder);
  }
}
