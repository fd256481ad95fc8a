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
export const tablesIn = (text: string): readonly DocumentTable[] => wholeTables(text).map(({ rows }) => rows);

/** Rows of tables that have more or fewer cells than their heading: a page leaves the others out, or shows empty ones. */
export const raggedRows = (text: string): readonly string[] =>
  wholeTables(text).flatMap(({ heading, rows }) =>
    rows.filter(({ length }) => length !== heading.length).map(row => row.join(' | ')),
  );

/** Also of tables that stand in a list. */
function wholeTables(text: string) {
  const lines = text.split('\n').map(line => line.trimStart());
  const isRow = (line: string | undefined) => line?.startsWith('|') ?? false;
  const begins = lines.flatMap((line, index) => (isRow(line) && !isRow(lines[index - 1]) ? [index] : []));
  return begins.map(begin => {
    const end = lines.findIndex((line, index) => index > begin && !isRow(line));
    const [heading = '', rule = '', ...rows] = lines.slice(begin, end === -1 ? lines.length : end);
    if (!/^\|( *:?-+:? *\|)+$/.test(rule)) throw new Error(`A table is broken in two at: ${heading}`);
    return { heading: cellsOf(heading), rows: rows.map(cellsOf) };
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
