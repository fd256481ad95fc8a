import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';

/** A table of a document: its rows below the heading line, each cell as it stands there. */
export type DocumentTable = readonly (readonly string[])[];

export const documentText = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');

/** What stands below a heading of the second level, up to the next one. */
export function sectionOf(path: string, heading: string): string {
  const [, after] = documentText(path).split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`${path} has no section "${heading}".`);
  return after.split('\n## ')[0] ?? '';
}

/** The tables in a text, in their order. @throws where a row stands outside every table, or has other cells than the heading */
export function tablesIn(text: string): readonly DocumentTable[] {
  const blocks = text.split(/\n(?!\|)/).map(block => block.split('\n').filter(line => line.startsWith('|')));
  return blocks
    .filter(lines => lines.length > 0)
    .map(([heading = '', rule = '', ...rows]) => {
      if (!/^\|( *:?-+:? *\|)+$/.test(rule)) throw new Error(`A table is broken in two at: ${heading}`);
      return rows.map(cellsOf);
    });
}

const cellsOf = (row: string): readonly string[] =>
  row
    .slice(1, row.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map(cell => cell.trim());

/** What stands in backticks, in its order. */
export const codeIn = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
