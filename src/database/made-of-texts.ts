/** How many texts are remembered; beyond it what was made of them is made anew. */
const MOST = 2000;

/**
 * What was made of texts, given again for a text that is the same to the last letter: parsing one costs more than comparing
 * it. Whoever asks has read the text just now, so what they are given is as new as the text is.
 */
export class MadeOfTexts<T extends object> {
  private readonly made = new Map<string, T>();

  /** @param make of a text alone; what it gives is shared, and nobody changes it. */
  constructor(private readonly make: (text: string) => T) {}

  /** What this text stands for. @throws what `make` throws */
  of(text: string): T {
    const known = this.made.get(text);
    if (known !== undefined) return known;
    const made = this.make(text);
    if (this.made.size >= MOST) this.made.clear();
    this.made.set(ownCopy(text), made);
    return made;
  }
}

/** A part of a longer text holds all of that in memory for as long as it is there itself. */
const ownCopy = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');
