import { CommandFailed } from '../command-failed.js';
import { showProgress } from '../output.js';
import type { Destination } from './destination.js';
import type { Source } from './source.js';
import type { MovedTable } from './tables.js';

/** One table on its way. */
export interface Move {
  readonly source: Source;
  readonly table: MovedTable;
  readonly destination: Destination;
}

/** What came of it, in rows; `mended` in texts. */
export interface Moved {
  readonly moved: number;
  readonly already: number;
  readonly mended: number;
}

/**
 * Moves a table batch by batch, then looks whether every row is there. Killed in the middle and begun again, it
 * goes on: what is there already is passed over.
 * @throws CommandFailed where a row is missing afterwards.
 */
export async function moveTable({ source, table, destination }: Move): Promise<Moved> {
  const total = await source.count(table);
  let [moved, passed, mended] = [0, 0, 0];
  for await (const rows of source.batches(table)) {
    const done = await destination.add(rows);
    moved += done.added;
    mended += done.mended;
    passed += rows.length;
    showProgress(`${passed} of ${total} ${table.words[1]}`);
  }
  let there = 0;
  for await (const rows of source.batches(table)) there += await destination.countOf(rows);
  showProgress('');
  if (there < total)
    throw new CommandFailed(
      `Of ${total} ${table.words[1]} ${there} are in the target. If a server runs on it, stop that; then run the same ` +
        'command again.',
    );
  return { moved, already: passed - moved, mended };
}
