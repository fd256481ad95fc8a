import { createParamDecorator, type ExecutionContext, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import type { CurrentPerson, CurrentSessionFacts, Principal } from '../kernel/principal.js';

/** The signed-in person: `welcome(@CurrentUser() person: CurrentPerson)`. 401 where there is none. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): CurrentPerson => principalOf(context).person,
);

/** The session the request came through. 401 where there is none. */
export const CurrentSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): CurrentSessionFacts => principalOf(context).session,
);

function principalOf(context: ExecutionContext): Principal {
  const { principal } = context.switchToHttp().getRequest<Request>().gatehouse;
  if (principal === null) throw new UnauthorizedException();
  return principal;
}
