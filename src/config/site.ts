/** The name of a security event that is not Gatehouse's. */
export type OwnEventName = `app_${string}`;

/** What the application that is built on Gatehouse tells it of itself, in `src/app/site.ts`. Injected by this class. */
export abstract class Site {
  /** The page people come to when they have signed in, unless they were on their way somewhere: a path, and not `/`, which leads here. */
  abstract readonly home: string;
  /**
   * What its own security events are called on a person's page of activity; null: such an event says nothing to them. Absent:
   * there are none. Their names begin with `app_`, so that no later release of Gatehouse has one of them.
   */
  abstract readonly events?: Readonly<Record<OwnEventName, string | null>>;
}
