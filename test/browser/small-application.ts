import type { EchoApplication } from '../support/echo-application.js';

/** How many pictures are on the page of pictures. */
export const PICTURES = 40;

const PAGES: Readonly<Record<string, string>> = {
  '/form': '<form method="post" action="/save"><textarea name="text"></textarea><button>Save</button></form>',
  '/pictures': Array.from({ length: PICTURES }, (_, n) => `<img src="/picture/${n}" alt="">`).join(''),
  '/framing': '<iframe src="/part"></iframe>',
  '/part': '<p>A part of a page</p>',
  '/ahead': `<link rel="prefetch" href="/linked"><script type="speculationrules">
    {"prefetch": [{"urls": ["/fetched"], "eagerness": "immediate"}],
     "prerender": [{"urls": ["/rendered"], "eagerness": "immediate"}]}</script>`,
  '/linked': '<p>Linked</p>',
  '/fetched': '<p>Fetched</p>',
  '/rendered': '<p>Rendered</p>',
  '/worker': '<p>With a worker</p>',
};

/** Answers every page itself, by fetching it, as the workers of many applications do. */
const WORKER = `
  self.addEventListener('install', () => self.skipWaiting());
  self.addEventListener('activate', event => event.waitUntil(clients.claim()));
  self.addEventListener('fetch', event => event.respondWith(fetch(event.request)));
  self.addEventListener('message', event => event.waitUntil(
    fetch('/background').then(({ status }) => event.source.postMessage(status))));`;

const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';

/** Gives an application pages of the kinds that there are. */
export function giveItPages({ shows }: EchoApplication): void {
  for (const [path, body] of Object.entries(PAGES))
    shows.set(path, {
      type: 'text/html',
      text: `<!doctype html><title>${path}</title><link rel="icon" href="data:,">${body}`,
    });
  for (let n = 0; n < PICTURES; n += 1) shows.set(`/picture/${n}`, { type: 'image/svg+xml', text: PICTURE });
  shows.set('/worker.js', { type: 'text/javascript', text: WORKER });
}
