import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { DATA_KEY_HEADING } from '../../config/data-key-file.js';
import { codeOf } from '../../kernel/error-words.js';
import { CommandFailed } from '../command-failed.js';

/** What came of it; `reason`: the system's code for why the file cannot be written. */
export type AddOutcome =
  { readonly outcome: 'added' } | { readonly outcome: 'unwritable'; readonly reason: string };

/**
 * Puts the line of a new data key into the file, before all others or after them, or makes the file. It is replaced whole,
 * in one step, and keeps its owner and mode; where it is a link, what that leads to is replaced.
 * @throws CommandFailed where another command is at work on it.
 */
export function addDataKey(named: string, line: string, place: 'first' | 'last'): AddOutcome {
  try {
    const file = realPath(named);
    const draft = `${file}.new`;
    const opened = openDraft(draft);
    try {
      write(opened, file, text => withLine(text, line, place));
      renameSync(draft, file);
      return { outcome: 'added' };
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  } catch (error) {
    if (error instanceof CommandFailed || codeOf(error) === '') throw error;
    return { outcome: 'unwritable', reason: codeOf(error) };
  }
}

/** The text of the file with one more key. Comments above the first key stay there. */
export function withLine(text: string, line: string, place: 'first' | 'last'): string {
  const lines = text.split('\n');
  const first = lines.findIndex(one => /^\s*[^#\s]/.test(one));
  if (place === 'first' && first !== -1) return lines.toSpliced(first, 0, line).join('\n');
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;
}

function realPath(named: string): string {
  try {
    return realpathSync(named);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return named;
    throw error;
  }
}

/** The draft is also what keeps two commands from writing at once. */
function openDraft(draft: string): number {
  try {
    return openSync(draft, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new CommandFailed(
      `${JSON.stringify(draft)} is there: another "keys add" is at work, or was cut off. Delete that file if nobody is, ` +
        'then run this again. Nothing was changed.',
    );
  }
}

function write(opened: number, file: string, change: (text: string) => string): void {
  try {
    const before = statSync(file, { throwIfNoEntry: false });
    if (before !== undefined) {
      if (before.uid !== process.getuid?.() || before.gid !== process.getgid?.())
        fchownSync(opened, before.uid, before.gid);
      fchmodSync(opened, before.mode & 0o777);
    }
    writeSync(opened, change(before === undefined ? DATA_KEY_HEADING : readFileSync(file, 'utf8')));
    // A power cut must not leave an empty file under the name of the keys.
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
