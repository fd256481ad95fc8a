import type { Answer, Visitor } from './visitor.js';

/** One tab of a browser: the page that stands in it, and the form on that page. Other tabs share its cookies. */
export class Tab {
  private constructor(
    private readonly visitor: Visitor,
    /** Where it stands, after every redirect. */
    readonly address: string,
    readonly page: Answer,
  ) {}

  /** Opens an address in a new tab. */
  static async open(visitor: Visitor, address: string): Promise<Tab> {
    return Tab.arrive(visitor, address, await visitor.get(address, { 'sec-fetch-site': 'cross-site' }));
  }

  /** The page once more, from the address bar. */
  reload(): Promise<Tab> {
    return Tab.open(this.visitor, this.address);
  }

  /** What the page's own form carries without anybody typing. */
  get hidden(): Record<string, string> {
    const fields = this.form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
    return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, plain(value)]));
  }

  /** What stands in a field that people see. */
  typed(name: string): string {
    return plain(new RegExp(`name="${name}" type="[a-z]+" value="([^"]*)"`).exec(this.form)?.[1] ?? '');
  }

  /** Presses the button of the page's own form, and gives the answer itself. */
  press(fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const action = /<form method="post" action="([^"]+)"/.exec(this.form)?.[1] ?? '';
    const referer = new URL(this.address, this.visitor.origin).href;
    return this.visitor.post(action, { ...this.hidden, ...fields }, { referer, ...headers });
  }

  /** Presses the button, and gives the tab as it stands after every redirect. */
  async go(fields: Record<string, string> = {}): Promise<Tab> {
    return Tab.arrive(this.visitor, this.address, await this.press(fields));
  }

  /** The form of the page's main part; the one that signs out stands in the header. */
  private get form(): string {
    return this.page.body.split('<main')[1] ?? '';
  }

  private static async arrive(visitor: Visitor, address: string, answer: Answer): Promise<Tab> {
    const { location } = answer;
    if (location === null) return new Tab(visitor, address, answer);
    return Tab.arrive(visitor, location, await visitor.get(location));
  }
}

/** A value as it stood before it was escaped for a page. */
const plain = (text: string): string =>
  text
    .replace(/&#x([0-9A-F]+);/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
    .replaceAll('&amp;', '&');
