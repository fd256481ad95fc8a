import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';
import { askUntil, LIMIT, START_LIMIT } from './ask-until.js';
import { endOf, removeProfile } from './end-of.js';

/** What the browser would do of its own accord: ask other hosts, look for news, start processes for pages that may come. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.newtab.preload': false,
  'browser.newtabpage.enabled': false,
  'browser.places.importBookmarksHTML': false,
  'browser.region.network.url': '',
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'browser.search.update': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.topsites.contile.enabled': false,
  'browser.translations.enable': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.ipc.processPrelaunch.enabled': false,
  'extensions.enabledScopes': 0,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'media.rdd-process.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.log.level': 'Error',
  'security.remote_settings.crlite_filters.enabled': false,
  'security.webauth.webauthn_enable_softtoken': true,
  'security.webauth.webauthn_enable_usbtoken': false,
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

  /**
   * Starts a browser that nobody has used yet.
   * @param hosts what it finds on this machine, behind any certificate.
   * @param env what else stands in its environment.
   */
  static async start(
    hosts: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Firefox> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-firefox-'));
    const port = await freePort();
    const here = { 'marionette.port': port, 'network.dns.localDomains': hosts.join() };
    const lines = Object.entries({ ...PREFERENCES, ...here }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    await writeFile(join(folder, 'user.js'), lines.join(''));
    const system = ['--marionette', '-remote-allow-system-access'];
    const browser = spawn('firefox-esr', ['--headless', ...system, '--profile', folder, 'about:blank'], {
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
      stdio: 'ignore',
    });
    running.add(browser);
    const firefox = new Firefox(browser, await connected(port, browser), folder);
    await firefox.ask('WebDriver:NewSession', {
      pageLoadStrategy: 'normal',
      acceptInsecureCerts: hosts.length > 0,
    });
    return firefox;
  }

  /** Opens an address and waits until it is there. */
  async open(url: string): Promise<void> {
    await this.ask('WebDriver:Navigate', { url });
  }

  /** The Back button. */
  async back(): Promise<void> {
    await this.ask('WebDriver:Back');
  }

  /** What the tab is called by, in which everything happens. */
  async tab(): Promise<string> {
    return String(await this.ask('WebDriver:GetWindowHandle'));
  }

  /** Takes every cookie out of the browser, whatever site it is of. */
  async clearCookies(): Promise<void> {
    await this.inChrome('Services.cookies.removeAll();');
  }

  /** The names of every cookie in the browser. */
  async cookies(): Promise<unknown> {
    return this.inChrome('return Services.cookies.cookies.map(({ name }) => name);');
  }

  /** Keeps cookies of a site out of the browser, as people can in its settings. */
  refuseCookies(site: string): Promise<void> {
    return this.decideOnCookies(site, 'DENY_ACTION');
  }

  /** Keeps them again. */
  allowCookies(site: string): Promise<void> {
    return this.decideOnCookies(site, 'ALLOW_ACTION');
  }

  /** Opens a tab, in which whatever is said to the browser happens from now on. @returns what to call it by. */
  async newTab(): Promise<string> {
    const made = (await this.ask('WebDriver:NewWindow', { type: 'tab' })) as { readonly handle: string };
    await this.inTab(made.handle);
    return made.handle;
  }

  /** Goes on in another tab. */
  async inTab(handle: string): Promise<void> {
    await this.ask('WebDriver:SwitchToWindow', { handle, name: handle });
  }

  /** What a script in the page returns. */
  run(script: string): Promise<unknown> {
    return this.execute(script);
  }

  /** Runs a script that leads to another page, be it at the same address, and waits until that is there. */
  async leave(script: string): Promise<void> {
    // Every script has a global object of its own here, so that the page itself carries the mark.
    await this.run(`document.documentElement.setAttribute('data-left', ''); ${script}`);
    const isNext =
      "return document.readyState === 'complete' && !document.documentElement.hasAttribute('data-left');";
    await askUntil(
      async () => (await this.run(isNext).catch(() => false)) === true,
      async () => `It is still at ${await this.url()}.`,
    );
  }

  /** Waits until the page that is open has been drawn: what has `autofocus` gets it with the first frame. */
  async drawn(): Promise<void> {
    await this.run(
      'return new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null))));',
    );
  }

  /** Where the page that is open is from. */
  async url(): Promise<string> {
    return String(await this.ask('WebDriver:GetCurrentURL'));
  }

  /** Asks until the page that is open is this one. */
  async until(url: string): Promise<void> {
    await this.arrive(url, here => here === url);
  }

  /** Asks until the page that is open is at this address, whatever its query. */
  async untilPath(address: string): Promise<void> {
    await this.arrive(address, here => here.split('?', 1)[0] === address);
  }

  /** What the console holds of a site since it was last asked, whoever wrote it: scripts, policies, parsers. */
  async console(site: string): Promise<readonly string[]> {
    const lines = await this.inChrome(`
      const all = Services.console.getMessageArray().map(each => ({ text: String(each.message), from: String(each.sourceName ?? '') }));
      Services.console.reset();
      return all;`);
    return (lines as { text: string; from: string }[])
      .filter(({ text, from }) => from.startsWith(site) || text.includes(site))
      .map(({ text }) => text);
  }

  /** Gives the browser an authenticator in software, which verifies its user and is touched as soon as it is asked. */
  async addAuthenticator(): Promise<void> {
    await this.ask('WebAuthn:AddVirtualAuthenticator', {
      protocol: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserConsenting: true,
      isUserVerified: true,
    });
  }

  /** Asks the console until it has said something of a site; a page is there before what it did wrong is. */
  async hears(site: string, words: RegExp): Promise<string> {
    const end = performance.now() + LIMIT;
    let heard = '';
    while (!words.test((heard += (await this.console(site)).join())) && performance.now() < end)
      await pause(20);
    return heard;
  }

  async stop(): Promise<void> {
    this.socket.destroy();
    await endOf(this.browser);
    running.delete(this.browser);
    await removeProfile(this.folder);
  }

  private async decideOnCookies(site: string, action: 'ALLOW_ACTION' | 'DENY_ACTION'): Promise<void> {
    await this.inChrome(`
      const site = Services.scriptSecurityManager.createContentPrincipalFromOrigin(${JSON.stringify(site)});
      Services.perms.addFromPrincipal(site, 'cookie', Services.perms.${action});`);
  }

  /** What a script returns that sees the browser itself, and no page. */
  private async inChrome(script: string): Promise<unknown> {
    await this.ask('Marionette:SetContext', { value: 'chrome' });
    const returned = await this.execute(script);
    await this.ask('Marionette:SetContext', { value: 'content' });
    return returned;
  }

  private async arrive(where: string, isThere: (url: string) => boolean): Promise<void> {
    await askUntil(
      async () => isThere(await this.url()) && (await this.loaded()) === 'complete',
      async () => `It is at ${await this.url()}, not at ${where}.`,
    );
  }

  /** Null while one page gives way to another. */
  private loaded(): Promise<unknown> {
    return this.run('return document.readyState').catch(() => null);
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
  const end = performance.now() + START_LIMIT;
  while (browser.exitCode === null && performance.now() < end) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (open) return socket;
    await pause(50);
  }
  throw new Error(`Firefox does not listen (exit status ${browser.exitCode}).`);
}

/** What a test that failed half-way left behind ends with its process. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(child => child.kill('SIGKILL')));
