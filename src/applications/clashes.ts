import type { Application } from './application.js';
import { hostOf } from './application-origin.js';

/**
 * What two applications cannot both have, in a sentence; null where nothing is. By the host, not the origin: `Host` says
 * nothing of the scheme, and a cookie of one would be sent to the other.
 */
export function clashIn(applications: readonly Application[]): string | null {
  const names = new Set<string>();
  const hosts = new Map<string, string>();
  for (const { name, origins } of applications) {
    if (names.has(name)) return `Two applications are called ${name}.`;
    names.add(name);
    for (const origin of origins) {
      const other = hosts.get(hostOf(origin));
      if (other !== undefined) return `${origin} is where ${other} is reached already.`;
      hosts.set(hostOf(origin), name);
    }
  }
  return null;
}
