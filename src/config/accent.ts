/** The built-in accent: a calm green that reads well on white and, lightened, on near-black. */
export const DEFAULT_ACCENT = '#1a6b54';

/**
 * Of the backgrounds in `public/style.css` and in mails those that are hardest to read on: the darkest light one and the
 * lightest dark one.
 */
const LIGHT = '#eceef2';
const DARK = '#232934';

/** Text on a button of the accent colour. */
const ON_LIGHT = '#ffffff';
const ON_DARK = '#13171f';

/** WCAG 2.2 success criterion 1.4.3: text against its background. */
const ENOUGH = 4.5;

type Rgb = readonly [red: number, green: number, blue: number];

/** The accent colour on light or on dark, each as `#rrggbb`. */
export interface AccentShades {
  readonly main: string;
  /** For what the pointer is on. */
  readonly strong: string;
  /** Text on it. */
  readonly inverse: string;
}

/**
 * The accent colour for light and dark. A colour that would be hard to read is darkened or lightened until its
 * contrast is at least 4.5 to 1, so an operator cannot make pages or mails unreadable.
 * @param color `#rrggbb`, or null for the built-in one.
 */
export function accentShades(color: string | null): Readonly<Record<'light' | 'dark', AccentShades>> {
  const accent = parse(color ?? DEFAULT_ACCENT);
  const light = readable(accent, [[0, 0, 0]], LIGHT);
  const dark = readable(accent, [brightest(accent), [255, 255, 255]], DARK);
  return {
    light: { main: hex(light), strong: hex(mix(light, [0, 0, 0], 0.2)), inverse: ON_LIGHT },
    dark: { main: hex(dark), strong: hex(mix(dark, [255, 255, 255], 0.25)), inverse: ON_DARK },
  };
}

/** The WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [lighter, darker] = [luminance(parse(a)), luminance(parse(b))].sort((x, y) => y - x);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

/** The first colour on the way from `accent` over `stations` that can be read on `background`; else the last. */
function readable(accent: Rgb, stations: readonly Rgb[], background: string): Rgb {
  const way = stations.flatMap((to, index) => {
    const from = stations[index - 1] ?? accent;
    return Array.from({ length: 51 }, (_, step) => mix(from, to, step / 50));
  });
  return way.find(color => contrast(hex(color), background) >= ENOUGH) ?? way.at(-1) ?? accent;
}

/** The brightest colour of the same hue and saturation: mixed with white at once, a colour would look faded. */
function brightest(color: Rgb): Rgb {
  const most = Math.max(...color, 1);
  return mix([0, 0, 0], color, 255 / most);
}

const parse = (color: string): Rgb => [
  parseInt(color.slice(1, 3), 16),
  parseInt(color.slice(3, 5), 16),
  parseInt(color.slice(5, 7), 16),
];

const hex = (color: Rgb): string =>
  `#${color.map(part => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (x: number, y: number) => Math.round(x + (y - x) * share);
  return [part(a[0], b[0]), part(a[1], b[1]), part(a[2], b[2])];
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map(part => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
