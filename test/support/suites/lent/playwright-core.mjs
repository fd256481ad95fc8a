// See loaded-once.mjs.
export const { chromium } = globalThis.loadedOnce('playwright-core');
