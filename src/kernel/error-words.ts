/** The code that a system, a driver or a database gave an error, or the one behind it; '' where there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  for (const name of ['driverError', 'cause'])
    if (name in error) {
      const code = codeOf(Reflect.get(error, name));
      if (code !== '') return code;
    }
  return '';
}

/** What an error says, in one line; of OpenSSL's line the reason alone. */
export function wordsOf(error: unknown): string {
  const said = error instanceof Error ? error.message || codeOf(error) || error.name : String(error);
  const reason = /error:[\dA-F]+:[^:]*:[^:]*:([^:]+):/.exec(said)?.[1] ?? said;
  return reason
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/[.:\s]+$/, '');
}
