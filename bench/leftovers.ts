/** Takes something away. */
export type Remove = () => Promise<void>;

const left = new Set<Remove>();

/**
 * Remembers what a run leaves in other places: servers, databases, keys. The given function takes it away; whatever
 * has not been by the end of the run, {@link removeLeftovers} takes away then, also where a measurement failed.
 */
export function removable(remove: Remove): Remove {
  left.add(remove);
  return async () => {
    if (left.delete(remove)) await remove();
  };
}

/** Takes away what is left, the latest first, once. Goes on where something cannot be, and says so. */
export function removeLeftovers(): Promise<void> {
  removing ??= removeAll();
  return removing;
}

/** Does the same where the run is interrupted, then ends it. A terminal and a wrapper may both send the signal. */
export function removeLeftoversOnSignals(): void {
  for (const [signal, status] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const])
    process.on(signal, () => void removeLeftovers().finally(() => process.exit(status)));
}

let removing: Promise<void> | null = null;

async function removeAll(): Promise<void> {
  for (let remove = [...left].at(-1); remove !== undefined; remove = [...left].at(-1)) {
    left.delete(remove);
    await remove().catch((error: unknown) => console.error(`left behind: ${String(error)}`));
  }
}
