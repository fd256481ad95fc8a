import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { CurrentPerson, CurrentSessionFacts, Principal } from '../kernel/principal.js';
import { nobodyHere } from './unauthorized.js';

/** The signed-in person: `welcome(@CurrentUser() person: CurrentPerson)`. Where there is none, {@link nobodyHere}. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): CurrentPerson => principalOf(requestIn(context)).person,
);

/** The session the request came through. Where there is none, {@link nobodyHere}. */
export const CurrentSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): CurrentSessionFacts => principalOf(requestIn(context)).session,
);

/** Who is signed in, through which session. @throws {@link nobodyHere} where there is nobody */
export function principalOf(request: Request): Principal {
  const { principal } = request.gatehouse;
  if (principal === null) throw nobodyHere(request);
  return principal;
}

const requestIn = (context: ExecutionContext): Request => context.switchToHttp().getRequest<Request>();
