import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { accentStyles, contrast } from './accent.js';
import { PROJECT_ROOT } from '../config/project-root.js';

/** Every mixture of six steps of red, green and blue: pale and dark, vivid and grey. */
const STEPS = ['00', '33', '66', '99', 'cc', 'ff'];
const COLORS = STEPS.flatMap(r => STEPS.flatMap(g => STEPS.map(b => `#${r}${g}${b}`)));

/** What text in the accent colour can stand on: the page, a card, a tinted box. The stylesheet says light first. */
const NAMES = ['pico-background-color', 'pico-card-background-color', 'tint'];
const STYLES = readFileSync(join(PROJECT_ROOT, 'public/style.css'), 'utf8');
const colorsOf = (name: string) =>
  [...STYLES.matchAll(RegExp(`--${name}: (#[0-9a-f]{6})`, 'g'))].map(([, color]) => color);
const BACKGROUNDS = {
  light: NAMES.map(name => colorsOf(name)[0] ?? ''),
  dark: NAMES.map(name => colorsOf(name)[1] ?? ''),
};

describe('contrast', () => {
  it('is 21 between black and white, 1 between equals, and the same both ways', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#1a6b54', '#1a6b54')).toBe(1);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    expect(contrast('#ffffff', '#777777')).toBeCloseTo(4.48, 2);
  });
});

describe('the accent colour', () => {
  it('is tested on the backgrounds of the stylesheet', () => {
    expect([...BACKGROUNDS.light, ...BACKGROUNDS.dark].every(color => /^#[0-9a-f]{6}$/.test(color))).toBe(
      true,
    );
  });

  it.each(['light', 'dark'] as const)(
    'can be read on every background in %s, whatever colour is asked for',
    theme => {
      const faint = [null, ...COLORS].flatMap(color => {
        const { accent, hover } = accents(color)[theme];
        const shades = BACKGROUNDS[theme].flatMap(background => [
          contrast(accent, background),
          contrast(hover, background),
        ]);
        return Math.min(...shades) < 4.5 ? [color] : [];
      });
      expect(faint).toEqual([]);
    },
  );

  it.each(['light', 'dark'] as const)('carries text that can be read in %s', theme => {
    const faint = [null, ...COLORS].filter(color => {
      const { accent, hover, inverse } = accents(color)[theme];
      return Math.min(contrast(inverse, accent), contrast(inverse, hover)) < 4.5;
    });
    expect(faint).toEqual([]);
  });

  it('stays as it was asked for where it can be read', () => {
    expect(accents('#004488').light.accent).toBe('#004488');
    expect(accents('#ffcc00').dark.accent).toBe('#ffcc00');
  });
});

/** The colours that `accentStyles` sets: first for light, then for dark. */
function accents(color: string | null) {
  const [light = '', dark = ''] = accentStyles(color).split('@media');
  return { light: shadesIn(light), dark: shadesIn(dark) };
}

function shadesIn(css: string) {
  const valueOf = (name: string) => new RegExp(`--${name}:(#[0-9a-f]{6})`).exec(css)?.[1] ?? '';
  return {
    accent: valueOf('accent'),
    hover: valueOf('pico-primary-hover'),
    inverse: valueOf('pico-primary-inverse'),
  };
}
