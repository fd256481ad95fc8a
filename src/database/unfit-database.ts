/** A database that answers, but in which Gatehouse cannot work: what it is, and what to do about it. */
export class UnfitDatabase extends Error {
  override readonly name = 'UnfitDatabase';

  constructor(
    message: string,
    readonly advice: string,
  ) {
    super(message);
  }
}
