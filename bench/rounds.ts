/** How long things are measured. */
export interface Rounds {
  readonly count: number;
  /** Length of one measurement in seconds. */
  readonly seconds: number;
  /** Seconds of load before the first one: V8 compiles what is hot. */
  readonly warmUp: number;
}

/** Something that can be measured, by its name. */
export type Contestants = Readonly<Record<string, (seconds: number) => Promise<number>>>;

/** Per contestant, one figure a round. */
export type Figures = Readonly<Record<string, readonly number[]>>;

/**
 * Measures all contestants in turn, A B C A B C, so that whatever else this machine does in the meantime
 * meets each of them alike.
 */
export async function inTurns(
  { count, seconds, warmUp }: Rounds,
  contestants: Contestants,
): Promise<Figures> {
  const entries = Object.entries(contestants);
  const figures: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (const [, measure] of entries) await measure(warmUp);
  for (let round = 0; round < count; round += 1) {
    for (const [name, measure] of entries) figures[name]?.push(await measure(seconds));
  }
  return figures;
}

/** The middle of the figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/** The median of what two contestants' figures of the same round stand to each other. */
export function ratio(figures: Figures, one: string, other: string): number {
  return median((figures[one] ?? []).map((figure, round) => figure / (figures[other]?.[round] ?? NaN)));
}
