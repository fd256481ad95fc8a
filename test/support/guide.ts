import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';

/** A block of code with its indentation; one that is a whole file begins with its path. */
const BLOCK = /^( *)```(?:ts|hbs)\n([^]*?)^\1```$/gm;
const PATH = /^(?:\/\/ |\{\{! )((?:src|test|views)\/[\w./-]+)(?: \}\})?\n/;

/** The files of the application in `docs/build-on-it.md`, as they stand there: contents by paths from the project's root. */
export function guideFiles(): ReadonlyMap<string, string> {
  const guide = readFileSync(join(PROJECT_ROOT, 'docs/build-on-it.md'), 'utf8');
  const files = new Map<string, string>();
  for (const [, indent = '', block = ''] of guide.matchAll(BLOCK)) {
    const code = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const path = PATH.exec(code)?.[1];
    if (path !== undefined) files.set(path, code.replace(PATH, ''));
  }
  return files;
}
