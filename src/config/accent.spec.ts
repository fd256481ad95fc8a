import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { accentShades, contrast } from './accent.js';
import { PROJECT_ROOT } from './project-root.js';

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
        const { main, strong } = accentShades(color)[theme];
        const shades = BACKGROUNDS[theme].flatMap(background => [
          contrast(main, background),
          contrast(strong, background),
        ]);
        return Math.min(...shades) < 4.5 ? [color] : [];
      });
      expect(faint).toEqual([]);
    },
  );

  it.each(['light', 'dark'] as const)('carries text that can be read in %s', theme => {
    const faint = [null, ...COLORS].filter(color => {
      const { main, strong, inverse } = accentShades(color)[theme];
      return Math.min(contrast(inverse, main), contrast(inverse, strong)) < 4.5;
    });
    expect(faint).toEqual([]);
  });

  it('stays as it was asked for where it can be read', () => {
    expect(accentShades('#004488').light.main).toBe('#004488');
    expect(accentShades('#ffcc00').dark.main).toBe('#ffcc00');
  });
});
