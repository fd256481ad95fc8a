import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';

/** A row of the table in `docs/layout.md`. */
export interface LayoutRow {
  /** What stands in `src/`: the name of one folder, or of the files beside the folders. */
  readonly names: readonly string[];
  /** The folders it may import, its own left out; null where it may import everything. */
  readonly imports: readonly string[] | null;
}

/** The rows of `docs/layout.md`, as they stand there. @throws where one names a folder that is not above it. */
export function layoutTable(): readonly LayoutRow[] {
  const text = readFileSync(join(PROJECT_ROOT, 'docs/layout.md'), 'utf8');
  const lines = [...text.matchAll(/^\| (`.+`) +\|.*\| ([^|]+?) +\|$/gm)].slice(1);
  const rows: LayoutRow[] = [];
  for (const [, names = '', imports = ''] of lines) {
    const above = rows.flatMap(row => row.names);
    rows.push({
      names: [...names.matchAll(/`([^`]+?)\/?`/g)].map(([, name = '']) => name),
      imports: imports === 'everything' ? null : foldersOf(imports, above),
    });
  }
  return rows;
}

/** "kernel to crypto, http": each part is a folder, or all from one to another in the order of the table. */
function foldersOf(imports: string, above: readonly string[]): readonly string[] {
  if (imports === 'nothing') return [];
  return imports.split(', ').flatMap(part => {
    const [from = '', to = from] = part.split(' to ');
    const [first, last] = [above.indexOf(from), above.indexOf(to)];
    if (first < 0 || last < first)
      throw new Error(`docs/layout.md: "${part}" is no folder, or row of folders, above "${imports}".`);
    return above.slice(first, last + 1);
  });
}
