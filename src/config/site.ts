/** What the application that is built on Gatehouse tells it of itself, in `src/app/site.ts`. Injected by this class. */
export abstract class Site {
  /** The page people come to when they have signed in, unless they were on their way somewhere: a path. */
  abstract readonly home: string;
}
