/** One line of the table. */
export interface Line {
  readonly work: string;
  readonly gatehouse: string;
  readonly against: string;
  readonly its: string;
  readonly ratio: number;
  /** What the ratio should be; null where it is only for comparison. */
  readonly goal: { readonly least: number } | { readonly most: number } | null;
}

/** Prints lines as a Markdown table, with a word on each goal. */
export function table(lines: readonly Line[]): string {
  const head = ['work', 'Gatehouse', 'against', 'its figure', 'ratio', 'goal', ''];
  const rows = lines.map(line => [
    line.work,
    line.gatehouse,
    line.against,
    line.its,
    `**${line.ratio.toFixed(2)}**`,
    goalOf(line),
    verdictOn(line),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => (row[column] ?? '').length)));
  const printed = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [printed(head), printed(widths.map(width => '-'.repeat(width))), ...rows.map(printed)].join('\n');
}

/** A rate for people: "12,345/s". */
export const perSecond = (rate: number): string =>
  `${rate.toLocaleString('en', { maximumFractionDigits: rate < 1000 ? 1 : 0 })}/s`;

/** A size for people: "1,234 bytes". */
export const bytes = (size: number): string =>
  `${size.toLocaleString('en', { maximumFractionDigits: 0 })} bytes`;

/** A time for people: "1.24 ms". */
export const milliseconds = (time: number): string => `${time.toFixed(2)} ms`;

/** A time for people: "61.2 s". */
export const seconds = (time: number): string => `${time.toFixed(1)} s`;

function goalOf({ goal }: Line): string {
  if (goal === null) return '';
  return 'least' in goal ? `≥ ${goal.least}` : `≤ ${Number(goal.most.toFixed(3))}`;
}

function verdictOn({ goal, ratio }: Line): string {
  if (goal === null) return '';
  return ('least' in goal ? ratio >= goal.least : ratio <= goal.most) ? 'reached' : 'missed';
}
