import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { BuiltServer } from '../support/built-server.js';
import { EchoApplication } from '../support/echo-application.js';
import { freePort } from '../support/free-port.js';
import { GateProxy } from '../support/gate-proxies.js';
import { PASSWORD } from '../support/test-app.js';
import { goInto, newBrowser, openGatedChromium, signInTo } from './gated-chromium.js';

let chromium: Browser;
let server: BuiltServer;
let app: EchoApplication;
let folder: string;
let proxies: readonly GateProxy[];
/** The same person in both applications. */
let page: Page;
const at = { nginx: '', caddy: '' };

beforeAll(async () => {
  const [nginxPort, caddyPort, gate] = [await freePort(), await freePort(), await freePort()];
  const login = `https://login.example.com:${nginxPort}`;
  at.nginx = `https://wiki.example.com:${nginxPort}`;
  at.caddy = `https://tools.example.net:${caddyPort}`;
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-away-'));
  const applications = [
    { name: 'wiki', origins: [at.nginx], everybody: true, includingRegistered: true },
    { name: 'tools', origins: [at.caddy], everybody: true, includingRegistered: true },
  ];
  const file = join(folder, 'applications.json');
  await writeFile(file, JSON.stringify({ applications }));
  [chromium, app, server] = await Promise.all([
    openGatedChromium(),
    EchoApplication.start(),
    BuiltServer.start({
      publicUrl: login,
      env: { GATE_LISTEN: `127.0.0.1:${gate}`, TRUST_PROXY: 'loopback', APPLICATIONS_FILE: file },
    }),
  ]);
  const places = { server: server.port, gate, wiki: app.port, tools: app.port };
  proxies = [
    await GateProxy.nginx({ ...places, port: nginxPort }),
    await GateProxy.caddy({ ...places, port: caddyPort }),
  ];
  // The accounts of development are for this machine alone, without a proxy.
  await server.commandWith(PASSWORD, 'user', 'create', 'ada', '--password-stdin');
  page = await (await newBrowser(chromium)).newPage();
  await page.goto(`${at.nginx}/`);
  await signInTo(page, `${at.nginx}/`);
  await goInto(page, `${at.caddy}/`);
});
afterAll(async () => {
  await chromium.close();
  for (const proxy of proxies) await proxy.stop();
  await server.dispose();
  await app.stop();
  await rm(folder, { recursive: true });
});

/** What somebody sees who goes to a page, and what a script is answered there. */
async function seen(address: string) {
  const answer = await page.goto(address);
  return {
    status: answer?.status(),
    retry: answer?.headers()['retry-after'],
    cache: answer?.headers()['cache-control'],
    words: await page.innerText('body'),
  };
}

describe('while the sign-in server is away, in Chromium', () => {
  it('pages say so and when to try again, the application gets nothing, and the session goes on afterwards', async () => {
    const kept = await page.context().cookies();
    await server.stop();
    app.received.length = 0;
    for (const origin of [at.nginx, at.caddy])
      for (const path of ['/', '/.gatehouse/start?to=%2F', '/.gatehouse/sign-out'])
        expect([path, await seen(origin + path)]).toEqual([
          path,
          {
            status: 503,
            retry: '5',
            cache: 'no-store',
            words: expect.stringContaining('Try again in a few seconds.'),
          },
        ]);
    expect(app.received).toEqual([]);
    expect(await page.context().cookies()).toEqual(kept);
    await server.restart();
    for (const origin of [at.nginx, at.caddy]) {
      await page.goto(`${origin}/back`);
      expect(page.url()).toBe(`${origin}/back`);
      expect(await page.innerText('body')).toContain('"remote-user":"ada"');
    }
  });
});
