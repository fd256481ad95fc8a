import type { Page } from 'playwright-core';

/** A part of a page as Chromium hands it to screen readers. */
export interface Part {
  readonly role: string;
  readonly name: string;
  readonly description: string;
  /** The states that are true or have a word: `focused`, `required`, `invalid`, `pressed`, … */
  readonly states: ReadonlyMap<string, unknown>;
  /** All words within it. */
  readonly words: string;
}

interface Node {
  readonly nodeId: string;
  readonly ignored: boolean;
  readonly role?: { readonly value?: string };
  readonly name?: { readonly value?: string };
  readonly description?: { readonly value?: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
  readonly childIds?: readonly string[];
}

/** The accessibility tree of a page as it is now, in the order in which it is read. */
export async function partsOf(page: Page): Promise<readonly Part[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: Node[] };
  await session.detach();
  const byId = new Map(nodes.map(node => [node.nodeId, node]));
  const wordsIn = (node: Node): string =>
    node.role?.value === 'StaticText'
      ? (node.name?.value ?? '')
      : (node.childIds ?? [])
          .map(id => byId.get(id))
          .map(child => (child === undefined ? '' : wordsIn(child)))
          .join('');
  return nodes
    .filter(node => !node.ignored)
    .map(node => ({
      role: node.role?.value ?? '',
      name: node.name?.value ?? '',
      description: node.description?.value ?? '',
      states: new Map(
        (node.properties ?? [])
          .map(({ name, value }) => [name, value.value] as const)
          .filter(([, value]) => value !== false && value !== 'false'),
      ),
      words: wordsIn(node).replaceAll(/\s+/g, ' ').trim(),
    }));
}

/** What is said of a page that has just been opened: its title, then what has the focus, if anything has. */
export async function heardOn(page: Page): Promise<string> {
  // What has `autofocus` gets it with the first frame that is drawn, which may be after the page has loaded.
  await page.evaluate('new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  const [root, ...parts] = await partsOf(page);
  const focused = parts.find(({ states }) => states.has('focused'));
  const heard = [root?.name, ...(focused === undefined ? [] : [said(focused)])].join(' | ');
  // How long to wait and how many sessions there are is another number each time.
  return heard.replaceAll(/\d+ (?=seconds?\b|other sessions)/g, '… ');
}

/** A part as it is read out: its role and its name, or else its words; what is special about it; its description. */
function said({ role, name, description, states, words }: Part): string {
  const special = ['required', 'invalid'].filter(state => states.has(state));
  const first = [`${role} “${name || words}”`, ...special].join(', ');
  return description === '' ? first : `${first}: ${description}`;
}

/** The roles of what can be pressed or filled in. */
const CONTROLS = new Set([
  'button',
  'checkbox',
  'combobox',
  'link',
  'radio',
  'textbox',
  'DisclosureTriangle',
]);

/** What nobody could make sense of who only hears the page. Right is none. */
export async function unheard(page: Page): Promise<readonly string[]> {
  const parts = await partsOf(page);
  const controls = parts.filter(({ role }) => CONTROLS.has(role));
  const live = parts.filter(({ role }) => role === 'alert' || role === 'status');
  return [
    ...controls.filter(({ name }) => name.trim() === '').map(one => `no name: ${said(one)}`),
    ...controls
      .filter(({ states, description }) => states.has('invalid') && description === '')
      .map(one => `wrong, but not why: ${said(one)}`),
    ...live.filter(({ words }) => words === '').map(({ role }) => `an empty ${role}`),
    ...live.slice(1).map(one => `more than one message: ${said(one)}`),
    ...parts
      .filter(({ states }) => states.has('focused'))
      .slice(2)
      .map(one => `two parts have the focus: ${said(one)}`),
  ];
}
