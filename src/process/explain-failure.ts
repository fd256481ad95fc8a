import { ConfigError } from '../config/config-error.js';
import { wordsOf } from '../kernel/error-words.js';
import { Unavailable } from '../kernel/unavailable.js';

/** Why the program cannot start or a command failed, in one line where the operator can mend it. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return `Unexpected: ${String(error)}`;
  if (error instanceof Unavailable)
    return `${wordsOf(error)}. See that it runs and can be reached from here, then start again.`;
  return onListening(error) ?? onSystem(error) ?? `${FLAW}\n${error.stack ?? error.message}`;
}

const FLAW = 'This is a flaw of the program: please report it, with these lines.';

function onListening(error: Error): string | null {
  const code = 'code' in error ? error.code : undefined;
  const port = 'port' in error ? String(error.port) : '';
  if (code === 'EADDRINUSE')
    return `PORT ${port} is taken by another program. Stop that, or set PORT to another number.`;
  if (code === 'EACCES' && port !== '')
    return `PORT ${port} needs more rights than this user has. Set PORT to 1024 or above.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST takes an address of this machine (${error.message}).`;
  return null;
}

/** What the system refused: a file, a folder, a pipe. Node's words name it. */
function onSystem(error: Error): string | null {
  if (!('syscall' in error) || !('code' in error)) return null;
  const advice = ADVICE[String(error.code)];
  return advice === undefined ? null : `${wordsOf(error)}. ${advice}`;
}

const MORE_SPACE = 'Free some space, or name another place.';

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'Run this as the user whose it is, or mend its rights.',
  EPERM: 'Run this as the user whose it is, or mend its rights.',
  ENOENT: 'Name one that is there.',
  ENOTDIR: 'Name one that is there.',
  EISDIR: 'It is a folder: name a file.',
  EEXIST: 'Name one that is not there yet.',
  ENAMETOOLONG: 'Name a shorter one.',
  ELOOP: 'It is a link that leads to itself: name another one.',
  ENOSPC: MORE_SPACE,
  EDQUOT: MORE_SPACE,
  EFBIG: MORE_SPACE,
  EROFS: 'Nothing can be written there: name another place.',
  EIO: 'The disk failed: look at the system’s log.',
  EMFILE: 'Let this user open more files (ulimit -n).',
  ENFILE: 'Let this machine open more files (sysctl fs.file-max).',
  EPIPE: 'Whoever was to read what this says has gone.',
};
