import { inert } from '../process/logger.js';

/** Prints one line of result. What it quotes cannot move the terminal's cursor. */
export const say = (line: string): void => void process.stdout.write(`${inert(line)}\n`);

/** Shows how far a command is, in one line that is written over; '' takes it away. Only where somebody watches: at a terminal. */
export function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

/** A row of a table, by the names of its columns. */
export type Cells = Readonly<Record<string, string>>;

/** Prints rows, of which there may be any number, as aligned columns with a heading, or as JSON for scripts. */
export function printTable(rows: readonly Cells[], json: boolean): void {
  if (json) return void process.stdout.write(`${inert(JSON.stringify(rows, null, 2))}\n`);
  if (rows.length === 0) return;
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map(row => names.map(name => printable(row[name] ?? '')))];
  const widths = names.map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, line[column]?.length ?? 0), 0),
  );
  for (const line of lines) {
    const padded = line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
  }
}

/** A name must not move the terminal's cursor. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
