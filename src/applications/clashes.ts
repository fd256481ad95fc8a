import type { Application } from './application.js';
import { hostOf } from './application-origin.js';

/** What two applications cannot both have. */
export interface Clash {
  readonly sentence: string;
  /** Where the second of them has it: which of all it is, and in what. */
  readonly at: readonly [index: number, ...PropertyKey[]];
}

/**
 * What two applications cannot both have; null where nothing is. By the host, not the origin: `Host` says
 * nothing of the scheme, and a cookie of one would be sent to the other.
 */
export function clashIn(applications: readonly Application[]): Clash | null {
  const names = new Set<string>();
  const hosts = new Map<string, string>();
  for (const [index, { name, origins }] of applications.entries()) {
    if (names.has(name)) return { sentence: `Two applications are called ${name}.`, at: [index, 'name'] };
    names.add(name);
    for (const [nth, origin] of origins.entries()) {
      const other = hosts.get(hostOf(origin));
      if (other !== undefined)
        return { sentence: `${origin} is where ${other} is reached already.`, at: [index, 'origins', nth] };
      hosts.set(hostOf(origin), name);
    }
  }
  return null;
}
