import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { freePort } from '../support/free-port.js';
import { askUntil, LIMIT } from './ask-until.js';
import { endOf, removeProfile } from './end-of.js';

/**
 * WebKitGTK on a screen of its own, spoken to by W3C WebDriver over plain HTTP. Debian's `webkit2gtk-driver` brings the
 * driver and a small browser, `xvfb` the screen.
 */
export class Webkit {
  private constructor(
    private readonly session: string,
    private readonly processes: readonly ChildProcess[],
    private readonly folder: string,
  ) {}

  /**
   * Starts a browser that nobody has used yet.
   * @param proxy through which it asks, taking any certificate.
   * @param more what else its small browser is started with.
   * @param also what else stands in its environment.
   */
  static async start(
    proxy: string | null = null,
    more: readonly string[] = [],
    also: Readonly<Record<string, string>> = {},
  ): Promise<Webkit> {
    // The driver was seen to wait for its browser for good.
    for (let tries = 1; ; tries += 1)
      try {
        return await Webkit.begin(proxy, more, also);
      } catch (error) {
        if (tries === MOST_STARTS) throw error;
      }
  }

  private static async begin(
    proxy: string | null,
    more: readonly string[],
    also: Readonly<Record<string, string>>,
  ): Promise<Webkit> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-webkit-'));
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const display = await nameOf(screen);
    const port = await freePort();
    const env = { PATH: process.env['PATH'], DISPLAY: display, HOME: folder, XDG_RUNTIME_DIR: folder };
    const driver = spawn('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], {
      env: {
        ...env,
        ...also,
        NO_AT_BRIDGE: '1',
        GST_REGISTRY: MEDIA,
        ...(proxy === null ? {} : { https_proxy: `http://${proxy}` }),
      },
      stdio: 'ignore',
    });
    const processes = [driver, screen];
    processes.forEach(child => running.add(child));
    const base = `http://127.0.0.1:${port}`;
    await listening(`${base}/status`).catch((error: unknown) => {
      processes.forEach(child => child.kill());
      throw error;
    });
    const timeouts = { pageLoad: LIMIT, script: LIMIT, implicit: 0 };
    const options =
      more.length === 0 ? {} : { 'webkitgtk:browserOptions': { args: ['--automation', ...more] } };
    const capabilities = { alwaysMatch: { timeouts, acceptInsecureCerts: proxy !== null, ...options } };
    const { sessionId } = (await ask('POST', `${base}/session`, { capabilities }).catch((error: unknown) => {
      processes.forEach(child => child.kill());
      throw error;
    })) as { sessionId: string };
    return new Webkit(`${base}/session/${sessionId}`, processes, folder);
  }

  /** Opens an address. */
  async open(url: string): Promise<void> {
    await this.ask('POST', '/url', { url });
  }

  /** Types into a field, in place of what stands there. */
  async type(field: string, text: string): Promise<void> {
    const element = await this.find(field);
    await this.ask('POST', `/element/${element}/clear`, {});
    await this.ask('POST', `/element/${element}/value`, { text });
  }

  /** Presses what leads to another page, and waits until that is there. */
  async press(control: string): Promise<void> {
    await this.run('globalThis.isOld = true;');
    await this.ask('POST', `/element/${await this.find(control)}/click`, {});
    await this.until("return globalThis.isOld === undefined && document.readyState === 'complete';");
  }

  /** The Back button. */
  async back(): Promise<void> {
    await this.ask('POST', '/back', {});
  }

  /** Where the page that is open is from. */
  async url(): Promise<string> {
    return String(await ask('GET', `${this.session}/url`));
  }

  /**
   * Asks until the page that is open is at this address, whatever its query, and is whole. The page says so as well: the driver
   * gives the address of one that is still on its way, while whatever is done is done to the one before.
   */
  async untilPath(address: string): Promise<void> {
    const isHere = `location.origin + location.pathname === ${JSON.stringify(address)}`;
    const isThere = () => this.run(`return ${isHere} && document.readyState === 'complete';`);
    await askUntil(
      async () =>
        (await this.url()).split('?', 1)[0] === address && (await isThere().catch(() => false)) === true,
      async () => `It is at ${await this.url()}, not at ${address}.`,
    );
  }

  /** What a script in the page returns. */
  run(script: string): Promise<unknown> {
    return this.ask('POST', '/execute/sync', { script, args: [] });
  }

  /** Asks until a script returns true. While one page gives way to another none can run. */
  async until(script: string): Promise<void> {
    await askUntil(
      async () => (await this.run(script).catch(() => false)) === true,
      async () => `Not true within ${LIMIT} ms, at ${await this.url()}: ${script}`,
    );
  }

  /** The words of the page that is open. */
  async words(): Promise<string> {
    return String(await this.run('return document.body.innerText;'));
  }

  async stop(): Promise<void> {
    await this.ask('DELETE', '').catch(() => undefined);
    for (const child of this.processes) {
      await endOf(child);
      running.delete(child);
    }
    await removeProfile(this.folder);
  }

  /** Waits for it: a page has its address before it has what stands on it, and nothing is found while it gives way to another. */
  private async find(selector: string): Promise<string> {
    let found: Record<string, string>[] = [];
    await askUntil(
      async () => {
        const asked = { using: 'css selector', value: selector };
        const answer = await this.ask('POST', '/elements', asked).catch(() => []);
        found = answer as Record<string, string>[];
        return found.length > 0;
      },
      async () => `Nothing at ${await this.url()} is ${selector}.`,
    );
    return Object.values(found[0] ?? {})[0] ?? '';
  }

  private ask(method: string, path: string, body?: object): Promise<unknown> {
    return ask(method, this.session + path, body);
  }
}

/** What it found out about this machine's media, where it looks again at each start in a new home. */
const MEDIA = join(PROJECT_ROOT, 'node_modules/.cache/gstreamer-registry');

/** How often it is started before it counts as one that does not start. */
const MOST_STARTS = 3;
/** Longer than the driver may take for what has a limit of its own, in milliseconds. */
const LONGEST = LIMIT + 10_000;

/** The name of a screen, as soon as it is there. @throws where it ends instead. */
async function nameOf(screen: ChildProcess): Promise<string> {
  const shown = once(screen.stdio[3] as Readable, 'data').then(([said]) => `:${String(said).trim()}`);
  const ended = once(screen, 'exit').then(() => {
    throw new Error('Xvfb ended in place of showing anything.');
  });
  return Promise.race([shown, ended]);
}

/** Resolves as soon as a driver listens there. */
async function listening(url: string): Promise<void> {
  const end = performance.now() + LIMIT;
  for (;;) {
    try {
      return void (await ask('GET', url));
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await pause(50);
  }
}

/** @throws an Error with the driver's words where it cannot. */
async function ask(method: string, url: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, {
    ...{ method, signal: AbortSignal.timeout(LONGEST) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { value } = (await answer.json()) as { value: unknown };
  if (!answer.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}

/** What a test that failed half-way left behind ends with the test process. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(child => child.kill('SIGKILL')));
