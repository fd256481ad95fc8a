import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { GATED } from './gated-chromium.js';
import { QUIET } from './open-browser.js';
import { askUntil, LIMIT } from './ask-until.js';
import { removeProfile } from './end-of.js';

/** An answer of the browser's, or something that it says by itself, which has no id. */
interface Message {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/**
 * Chromium with a page that nobody is attached to but for the moment in which a script is run there: a page with a
 * debugger, as Playwright is one, is never rendered ahead. Spoken to by its own protocol, through a pipe.
 */
export class LoneChromium {
  private readonly waiting = new Map<number, (message: Message) => void>();
  private received = '';
  private count = 0;

  private constructor(
    private readonly browser: ChildProcess,
    private readonly folder: string,
  ) {
    (browser.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => this.take(chunk));
  }

  /** Starts a browser that nobody has used yet. */
  static async start(): Promise<LoneChromium> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-chromium-'));
    const own = ['--headless', '--remote-debugging-pipe', `--user-data-dir=${folder}`];
    const program = process.env['CHROMIUM'] || '/usr/bin/chromium';
    const browser = spawn(program, [...QUIET, ...GATED, ...own, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(browser);
    return new LoneChromium(browser, folder);
  }

  /** What a script in the page returns. */
  async run(script: string): Promise<unknown> {
    const targetId = await this.page();
    const { sessionId } = await this.ask('Target.attachToTarget', { targetId, flatten: true });
    const asked = { expression: script, awaitPromise: true, returnByValue: true };
    const { result } = await this.ask('Runtime.evaluate', asked, String(sessionId)).finally(() =>
      this.ask('Target.detachFromTarget', { sessionId }),
    );
    return (result as { value?: unknown } | undefined)?.value;
  }

  /** Goes to a page, as a link there does; who does not wait for it leaves the page to itself. */
  async leaveFor(address: string): Promise<void> {
    await this.run(`location.href = ${JSON.stringify(address)};`);
  }

  /** Asks until a script returns true; pages may give way to one another meanwhile. */
  async until(script: string): Promise<void> {
    await askUntil(
      async () => (await this.run(script).catch(() => null)) === true,
      () => `Not true within ${LIMIT} ms: ${script}`,
    );
  }

  /** The names of every cookie in the browser, in turn. */
  async cookies(): Promise<readonly string[]> {
    const { cookies } = await this.ask('Storage.getCookies');
    return (cookies as { name: string }[]).map(({ name }) => name).sort();
  }

  /** Takes every cookie out of the browser. */
  async clearCookies(): Promise<void> {
    await this.ask('Storage.clearCookies');
  }

  async stop(): Promise<void> {
    const closed = once(this.browser, 'close');
    // Its answer may go down with the pipe.
    void this.ask('Browser.close');
    await closed;
    running.delete(this.browser);
    await removeProfile(this.folder);
  }

  /** The page that is open. */
  private async page(): Promise<string> {
    for (;;) {
      const { targetInfos } = await this.ask('Target.getTargets');
      const pages = targetInfos as { type: string; targetId: string; subtype?: string }[];
      // One that is rendered ahead is a page as well.
      const found = pages.find(({ type, subtype }) => type === 'page' && subtype === undefined);
      if (found !== undefined) return found.targetId;
    }
  }

  /** @throws what the browser says went wrong. */
  private async ask(
    method: string,
    params: object = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = (this.count += 1);
    const answer = new Promise<Message>(resolve => this.waiting.set(id, resolve));
    (this.browser.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  private take(chunk: string): void {
    const messages = (this.received + chunk).split('\0');
    this.received = messages.pop() ?? '';
    for (const text of messages) {
      const message = JSON.parse(text) as Message;
      this.waiting.get(message.id ?? 0)?.(message);
      this.waiting.delete(message.id ?? 0);
    }
  }
}

/** What a test that failed half-way left behind ends with the test process. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(endAll));

/** Debian's `chromium-headless-shell` is a script that has the browser as its child. */
function endAll({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
