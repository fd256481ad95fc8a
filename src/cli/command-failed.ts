/** A command cannot do what it was asked; the message is one line for the operator. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
