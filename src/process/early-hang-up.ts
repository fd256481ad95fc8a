// Imported early by the server: until something listens for SIGHUP, it ends the process (signal(7)).
let isNoted = false;
const note = (): void => {
  isNoted = true;
};
process.on('SIGHUP', note);

/**
 * Listens for SIGHUP from now on. What came while the program started is not lost: files may have been read before they were
 * changed, so that they are read once more.
 */
export function onHangUp(listener: () => void): void {
  process.on('SIGHUP', listener).off('SIGHUP', note);
  if (isNoted) listener();
  isNoted = false;
}
