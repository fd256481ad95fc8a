#!/usr/bin/env bash
# Firefox 153 ESR: a page that a service worker fetches as it is, by `fetch(event.request)`, is asked for with `Sec-Fetch-Mode:
# same-origin`.
#
# What most would expect: "navigate", as Chromium sends it. By the Fetch standard (section 5.4, the constructor of Request) the
# mode of a navigation becomes "same-origin" only where a second argument changes something of it, and none is given here.
#
# What happens: mode "same-origin", destination "empty", as of a script; what tells it from one is the header
# `Upgrade-Insecure-Requests: 1`, and `Accept: text/html` in front. (In both browsers the destination is "empty", as the standard
# says.)
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed. Needs Debian's package "firefox-esr".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
firefox-esr --version
cat >server.mjs <<'JS'
import { createServer } from 'node:http';
const WORKER = `
  self.addEventListener('install', () => self.skipWaiting());
  self.addEventListener('activate', event => event.waitUntil(clients.claim()));
  self.addEventListener('fetch', event => event.respondWith(fetch(event.request)));`;
const PAGE = `<script>navigator.serviceWorker.addEventListener('controllerchange', () => (location.href = '/seen'));
  navigator.serviceWorker.register('/worker.js');</script>`;
createServer(({ url, headers }, answer) => {
  if (url === '/worker.js') return answer.setHeader('Content-Type', 'text/javascript').end(WORKER);
  answer.setHeader('Content-Type', 'text/html').end(url === '/' ? PAGE : 'seen');
  if (url !== '/seen') return;
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination, accept, 'upgrade-insecure-requests': upgrade } = headers;
  console.log(`mode ${mode}, destination ${destination}, ${accept.split(',')[0]}, upgrade ${upgrade}`);
}).listen(18103, '127.0.0.1');
JS
node server.mjs >seen &
server=$!
mkdir profile
HOME=$folder firefox-esr --headless --profile "$folder/profile" http://localhost:18103/ >firefox.log 2>&1 &
firefox=$!
trap 'kill "$server" "$firefox"; wait "$firefox" || true; rm -rf "$folder"' EXIT
for _ in $(seq 600); do [ -s seen ] && break || sleep 0.1; done
seen=$(head -n 1 seen)
echo "Firefox asked with: $seen (expected: mode navigate)"
if [ "$seen" = 'mode same-origin, destination empty, text/html, upgrade 1' ]; then echo 'As described.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
