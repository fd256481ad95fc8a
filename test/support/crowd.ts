/** A method that takes some time, by its name. */
type Slow<Name extends string> = Record<Name, (...given: never[]) => Promise<unknown>>;

/**
 * Calls of one method that wait for one another: so many see what things are before any of them changes something. Without
 * it a race is lost only where the machine happens to be slow in the right place.
 */
export class Crowd {
  private here = 0;
  private readonly waiting: { readonly count: number; readonly go: () => void }[] = [];

  private constructor(private readonly size: number) {}

  /**
   * From now on each call of the method waits at its beginning until `size` have come. What comes after that does not wait.
   */
  static at<Name extends string>(owner: Slow<Name>, method: Name, size: number): Crowd {
    const crowd = new Crowd(size);
    const real = owner[method].bind(owner);
    const held = async (...given: never[]) => {
      await crowd.arrive();
      return real(...given);
    };
    owner[method] = held;
    return crowd;
  }

  /** Resolves when so many stand there. */
  has(count: number): Promise<void> {
    if (this.here >= count) return Promise.resolve();
    return new Promise(go => this.waiting.push({ count, go }));
  }

  private arrive(): Promise<void> {
    this.here += 1;
    for (const { count, go } of this.waiting) if (count === this.here) go();
    return this.has(this.size);
  }
}
