/** The request has its answer: nothing is left to do for anybody. */
export class AnsweredAlready extends Error {
  override readonly name = 'AnsweredAlready';
}
