/** Prints one line of result. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints rows as aligned columns with a heading, or as JSON for scripts. */
export function printTable(rows: readonly Readonly<Record<string, string>>[], json: boolean): void {
  if (json) return void process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  if (rows.length === 0) return;
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map(row => names.map(name => printable(row[name] ?? '')))];
  const widths = names.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  for (const line of lines) {
    const padded = line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
  }
}

/** A name must not move the terminal's cursor. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
