import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Duration } from '../kernel/durations.js';
import { isGroupName } from '../kernel/group-name.js';
import type { Role } from '../kernel/principal.js';
import { STRENGTH_WITHIN } from '../kernel/strength.js';

/**
 * Opens a route to everybody. Without it a route needs a signed-in person (ASVS 8.2.1: closed by default). What is only read
 * on a route is a `MethodDecorator`: on a class it would say nothing, and does not compile.
 * @example `@Public() @Get('about')`
 */
export const Public = (): MethodDecorator => PublicMark(true);

/**
 * A form that visitors send: it carries no session token, because a visitor has no session. The cross-site
 * guard still checks where it comes from. Says nothing of a route that is closed to visitors.
 */
export const VisitorForm = (): MethodDecorator => VisitorFormMark(true);

/**
 * A form whose button does something that must not be done twice. Where the very same form comes again while the
 * first is on its way, or within five seconds, it gets the first one's answer, if that led on, whichever process it
 * reaches. Not for buttons that people press several times on purpose.
 * @param claimed when it is written down that this one is the first: as soon as it comes; or `later`, where the handler
 * calls `request.gatehouse.firstClick` once nothing stands against it, so that what a budget refuses costs no write.
 */
export const SentOnce = (claimed: 'at once' | 'later' = 'at once'): MethodDecorator => SentOnceMark(claimed);

/**
 * The route is there only where mails go somewhere: it sends one, or is opened from one. Where `SMTP_URL` is not set in
 * production it is a 404 that says so.
 */
export const NeedsMail = () => NeedsMailMark(true);

/** The page leads to `/setup` while nobody has an account on a production server. */
export const SetupFirst = (): MethodDecorator => SetupFirstMark(true);

/** The route answers JSON, errors as `application/problem+json` (RFC 9457), whatever `Accept` says. */
export const AnswersJson = (): MethodDecorator => AnswersJsonMark(true);

/** What guards read; routes use the functions above that are called like them. */
export const PublicMark = Reflector.createDecorator<boolean>();
export const VisitorFormMark = Reflector.createDecorator<boolean>();
export const SentOnceMark = Reflector.createDecorator<'at once' | 'later'>();
export const NeedsMailMark = Reflector.createDecorator<boolean>();
export const SetupFirstMark = Reflector.createDecorator<boolean>();
export const AnswersJsonMark = Reflector.createDecorator<boolean>();

/** Lets only people with this role through; everybody else gets 403. */
export const RequireRole = Reflector.createDecorator<Role>();

/**
 * Lets only people through who are in one of these groups at least; everybody else gets 403. On a route it stands in
 * place of the one on its class; beside {@link RequireRole} both are needed.
 * @throws where no group can be called so: nobody would ever come through.
 * @example `@RequireGroup('editors') @Get('drafts')`
 */
export function RequireGroup(...anyOf: readonly [string, ...string[]]) {
  const wrong = anyOf.find(name => !isGroupName(name));
  if (wrong !== undefined) throw new Error(`@RequireGroup: no group can be called ${JSON.stringify(wrong)}.`);
  return RequireGroupMark(anyOf);
}

/** What {@link RequireGroup} says of a route. */
export const RequireGroupMark = Reflector.createDecorator<readonly string[]>();

/**
 * The fields of a form that are no secrets: where it comes after its person was signed out, they are there again
 * once the same person has signed in, on the page that fills them in with `takeForm`.
 * @example `@KeepsTyped(['title']) @Post('notes')`
 */
export const KeepsTyped = (fields: readonly string[]): MethodDecorator => KeepsTypedMark(fields);

/** What {@link KeepsTyped} says of a route. */
export const KeepsTypedMark = Reflector.createDecorator<readonly string[]>();

/** The fields of a route's form that may be shown again later, by {@link KeepsTyped} or {@link RequireRecentSignIn}. */
export const keptFields = (reflector: Reflector, context: ExecutionContext): readonly string[] =>
  reflector.get(KeepsTypedMark, context.getHandler()) ??
  reflector.getAllAndOverride(RequireRecentSignIn, [context.getHandler(), context.getClass()])?.keeps ??
  [];

/**
 * Asks for the password again, and of people who have one for their second factor, where the last full sign-in is not recent
 * (ASVS 7.5.1, 7.5.3), then goes on to where
 * the person was. A form is not sent on silently: it comes back filled at `form`, with the fields in `keeps`.
 */
export const RequireRecentSignIn = Reflector.createDecorator<RecentSignIn>();

/** What {@link RequireRecentSignIn} says of a route. */
export interface RecentSignIn {
  /**
   * The page that a POST's form, or the link to a file, is on; `:id` in it stands for what the form's own address has there.
   * Absent: of a POST the page that the browser names as its own; the GET of a page comes back to itself.
   */
  readonly form?: string;
  /** Fields that are no secrets. */
  readonly keeps?: readonly string[];
  /** What for, as it stands behind "to": `end a session`. */
  readonly to?: string;
}

/**
 * Lets only people through who have shown two factors, the last time not longer ago than a day. Others are led to the
 * second step, or to adding a factor where they have none, and come back.
 * @param within how long ago they may have shown both.
 * @example `@RequireStrength(2) @Get('salaries')`
 */
export const RequireStrength = (
  strength: 2,
  { within = STRENGTH_WITHIN }: { readonly within?: Duration } = {},
) => RequireStrengthMark({ strength, within });

/** What {@link RequireStrength} says of a route. */
export const RequireStrengthMark = Reflector.createDecorator<{
  readonly strength: 2;
  readonly within: Duration;
}>();

/** Whether visitors may use a route: it is marked `@Public()`, and nothing that asks who somebody is stands beside it. */
export function isOpen(reflector: Reflector, context: ExecutionContext): boolean {
  const places = [context.getHandler(), context.getClass()];
  const has = (mark: (typeof CLOSING)[number]) => reflector.getAllAndOverride(mark, places) !== undefined;
  return reflector.getAllAndOverride(PublicMark, places) === true && !CLOSING.some(has);
}

/** The marks that win over `@Public()`. */
const CLOSING = [RequireRole, RequireGroupMark, RequireRecentSignIn, RequireStrengthMark] as const;
