import { ConfigError } from '../config/config-error.js';

/** Why the program cannot start or a command failed, in one line where the operator can mend it. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return `Unexpected: ${String(error)}`;
  const code = 'code' in error ? error.code : undefined;
  const port = 'port' in error ? String(error.port) : '';
  if (code === 'EADDRINUSE')
    return `PORT ${port} is taken by another program. Stop that, or set PORT to another number.`;
  if (code === 'EACCES' && port !== '')
    return `PORT ${port} needs more rights than this user has. Set PORT to 1024 or above.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST takes an address of this machine (${error.message}).`;
  return error.stack ?? error.message;
}
