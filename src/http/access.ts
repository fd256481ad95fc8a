import { Reflector } from '@nestjs/core';
import type { Role } from '../kernel/principal.js';

/**
 * Opens a route to everybody. Without it a route needs a signed-in person (ASVS 8.2.1: closed by default).
 * @example `@Public() @Get('about')`
 */
export const Public = () => PublicMark(true);

/**
 * A form that visitors send: it carries no session token, because a visitor has no session. The cross-site
 * guard still checks where it comes from.
 */
export const VisitorForm = () => VisitorFormMark(true);

/** The route answers JSON, errors as `application/problem+json` (RFC 9457), whatever `Accept` says. */
export const AnswersJson = () => AnswersJsonMark(true);

/** What guards read; use {@link Public}, {@link VisitorForm} and {@link AnswersJson} on routes. */
export const PublicMark = Reflector.createDecorator<boolean>();
export const VisitorFormMark = Reflector.createDecorator<boolean>();
export const AnswersJsonMark = Reflector.createDecorator<boolean>();

/** Lets only people with this role through; everybody else gets 403. */
export const RequireRole = Reflector.createDecorator<Role>();
