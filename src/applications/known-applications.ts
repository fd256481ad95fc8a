import { hostOf, plainHost } from './application-origin.js';
import type { Application } from './application.js';

/** The applications there are at one moment. */
export class KnownApplications {
  private readonly origins: ReadonlyMap<string, Application>;
  private readonly hosts: ReadonlyMap<string, string>;
  private readonly names: ReadonlyMap<string, Application>;

  constructor(
    /** By name. */
    readonly all: readonly Application[],
    /** Which version of them this is; null: that of a file, or the one before the first change. */
    readonly version: string | null,
  ) {
    const places = all.flatMap(application =>
      application.origins.map(origin => [origin, application] as const),
    );
    this.origins = new Map(places);
    this.hosts = new Map(places.map(([origin]) => [hostOf(origin), origin]));
    this.names = new Map(all.map(application => [application.name, application]));
  }

  /** The one that is reached there; null for none. @param origin as browsers write it */
  at(origin: string): Application | null {
    return this.origins.get(origin) ?? null;
  }

  /** The origin of an application with this `Host`; null for none. The host alone: of each there is one scheme. */
  originAt(host: string): string | null {
    return this.hosts.get(plainHost(host)) ?? null;
  }

  named(name: string): Application | null {
    return this.names.get(name) ?? null;
  }
}
