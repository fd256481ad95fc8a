#!/usr/bin/env bash
# playwright-core 1.65.1 with Debian's Chromium: on a page whose policy has no 'unsafe-eval', waitForFunction with an
# expression works where the expression is true at once, and fails where it has to be waited for.
#
# What most would expect: `page.waitForFunction("document.title === 'Done'")` waits, on any page; `page.evaluate` of the same
# words is not held to the page's policy, and a test that passes says that the call is right.
#
# What happens: where it is not true yet, an EvalError about the policy comes in place of a wait (its stack names `eval` within the
# page). A test passes as long as its page is quick. With a function in place of the expression it waits.
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed. Needs /usr/bin/chromium.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --silent playwright-core@1.65.1
cat >see.js <<'JS'
const { createServer } = require('node:http');
const { once } = require('node:events');
const { chromium } = require('playwright-core');
(async () => {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.setHeader('Content-Security-Policy', "default-src 'none'; script-src 'nonce-n'");
    response.end("<title>Begun</title><script nonce=n>setTimeout(() => (document.title = 'Done'), 500)</script>");
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  const open = () => page.goto(`http://127.0.0.1:${server.address().port}/`);
  const outcome = async wait => wait.then(() => 'waited', error => error.message.match(/EvalError|Timeout/)?.[0] ?? error.message);
  await open();
  const atOnce = await outcome(page.waitForFunction("document.title !== ''"));
  await open();
  const later = await outcome(page.waitForFunction("document.title === 'Done'"));
  await open();
  const byFunction = await outcome(page.waitForFunction(() => document.title === 'Done'));
  await open();
  const evaluated = await page.evaluate("document.title === 'Begun'");
  console.log('Chromium', browser.version());
  console.log('an expression that is true at once:', atOnce);
  console.log('an expression that is true later:', later, '(expected: waited)');
  console.log('a function that is true later:', byFunction);
  console.log('evaluate of an expression works:', evaluated);
  await browser.close();
  server.close();
  process.exit(atOnce === 'waited' && later === 'EvalError' && byFunction === 'waited' && evaluated ? 0 : 1);
})();
JS
if node see.js; then echo 'As described.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
