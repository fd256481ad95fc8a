import { ErrorReply } from 'redis';

/** Whether an error is what the server answered, and not that it did not. */
export const isReply = (error: unknown): boolean => error instanceof ErrorReply;

/** Whether the server takes no writes any more: it has become a replica. */
export const isDemoted = (error: unknown): error is Error =>
  error instanceof ErrorReply && /^READONLY\b|@user_script:.*-READONLY /.test(error.message);
