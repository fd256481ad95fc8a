import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';

/** How long the browser may take to start or to answer, in milliseconds. */
const LIMIT = 60_000;

/** What the browser would do of its own accord. */
const PREFERENCES = {
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.log.level': 'Error',
  'security.remote_settings.crlite_filters.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/** A command and what it answers, over Marionette: `[0, id, name, parameters]` and `[1, id, error, value]`. */
type Reply = readonly [1, number, { readonly message: string } | null, unknown];

/**
 * Debian's Firefox, without a window, spoken to by its own protocol: a line of JSON with its length before it over TCP.
 * It needs no driver, and gives what the browser's console holds, where WebDriver gives what scripts wrote into it.
 */
export class Firefox {
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private received = Buffer.alloc(0);
  private count = 0;

  private constructor(
    private readonly browser: ChildProcess,
    private readonly socket: Socket,
    private readonly folder: string,
  ) {
    socket.on('data', chunk => this.take(chunk));
  }

  /** Starts a browser that nobody has used yet. */
  static async start(): Promise<Firefox> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-firefox-'));
    const port = await freePort();
    const lines = Object.entries({ ...PREFERENCES, 'marionette.port': port }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    await writeFile(join(folder, 'user.js'), lines.join(''));
    const system = ['--marionette', '-remote-allow-system-access'];
    const browser = spawn('firefox-esr', ['--headless', ...system, '--profile', folder, 'about:blank'], {
      env: { PATH: process.env['PATH'], HOME: folder },
      stdio: 'ignore',
    });
    running.add(browser);
    const firefox = new Firefox(browser, await connected(port, browser), folder);
    await firefox.ask('WebDriver:NewSession', { pageLoadStrategy: 'normal' });
    return firefox;
  }

  /** Opens an address and waits until it is there. */
  async open(url: string): Promise<void> {
    await this.ask('WebDriver:Navigate', { url });
  }

  /** What a script in the page returns. */
  run(script: string): Promise<unknown> {
    return this.execute(script);
  }

  /** Where the page that is open is from. */
  async url(): Promise<string> {
    return String(await this.ask('WebDriver:GetCurrentURL'));
  }

  /** Asks until the page that is open is this one. */
  async until(url: string): Promise<void> {
    const end = performance.now() + LIMIT;
    while ((await this.url()) !== url || (await this.run('return document.readyState')) !== 'complete')
      if (performance.now() > end) throw new Error(`It is at ${await this.url()}, not at ${url}.`);
  }

  /** What the console holds of a site since it was last asked, whoever wrote it: scripts, policies, parsers. */
  async console(site: string): Promise<readonly string[]> {
    await this.ask('Marionette:SetContext', { value: 'chrome' });
    const lines = await this.execute(`
      const all = Services.console.getMessageArray().map(each => ({ text: String(each.message), from: String(each.sourceName ?? '') }));
      Services.console.reset();
      return all;`);
    await this.ask('Marionette:SetContext', { value: 'content' });
    return (lines as { text: string; from: string }[])
      .filter(({ text, from }) => from.startsWith(site) || text.includes(site))
      .map(({ text }) => text);
  }

  async stop(): Promise<void> {
    const closed = once(this.browser, 'close');
    this.socket.destroy();
    this.browser.kill();
    await closed;
    running.delete(this.browser);
    await rm(this.folder, { recursive: true, force: true });
  }

  private async execute(script: string): Promise<unknown> {
    return this.ask('WebDriver:ExecuteScript', { script, args: [] });
  }

  /** @throws what the browser says went wrong. */
  private async ask(name: string, parameters: object = {}): Promise<unknown> {
    const id = (this.count += 1);
    const answer = new Promise<Reply>(resolve => this.waiting.set(id, resolve));
    const words = JSON.stringify([0, id, name, parameters]);
    this.socket.write(`${Buffer.byteLength(words)}:${words}`);
    const [, , error, value] = await answer;
    if (error !== null) throw new Error(`${name}: ${error.message}`);
    return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  }

  private take(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    for (;;) {
      const colon = this.received.indexOf(':');
      const end = colon + 1 + Number(this.received.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || this.received.length < end) return;
      const message: unknown = JSON.parse(this.received.subarray(colon + 1, end).toString());
      this.received = this.received.subarray(end);
      // The first message is the browser's greeting.
      if (!Array.isArray(message)) continue;
      const reply = message as unknown as Reply;
      this.waiting.get(reply[1])?.(reply);
      this.waiting.delete(reply[1]);
    }
  }
}

/** Connects as soon as the browser listens. @throws where it ends instead. */
async function connected(port: number, browser: ChildProcess): Promise<Socket> {
  const end = performance.now() + LIMIT;
  while (browser.exitCode === null && performance.now() < end) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (open) return socket;
  }
  throw new Error(`Firefox does not listen (exit status ${browser.exitCode}).`);
}

/** What a test that failed half-way left behind ends with its file. */
const running = new Set<ChildProcess>();
afterAll(() => running.forEach(child => child.kill()));
