import { accentShades, type AccentShades } from '../config/accent.js';

/** As specific as Pico's own selector, or its blue would win. */
const ROOT = ':root:not([data-theme])';

/** CSS that sets the accent colour for light and dark. @param color `#rrggbb`, or null for the built-in one. */
export function accentStyles(color: string | null): string {
  const { light, dark } = accentShades(color);
  return `${ROOT}{${variables(light)}}@media (prefers-color-scheme:dark){${ROOT}{${variables(dark)}}}`;
}

const variables = ({ main, strong, inverse }: AccentShades): string =>
  `--accent:${main};--pico-primary:${main};--pico-primary-hover:${strong};--pico-primary-background:${main};` +
  `--pico-primary-border:${main};--pico-primary-hover-background:${strong};--pico-primary-hover-border:${strong};` +
  `--pico-primary-underline:${main};--pico-primary-hover-underline:${strong};--pico-primary-inverse:${inverse};` +
  `--pico-primary-focus:${main}80;`;
