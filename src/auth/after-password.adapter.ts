import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Arrivals } from './arrivals.js';
import { FrontDoor } from './front-door.adapter.js';
import { LeadOnward, type Onward } from './onward.adapter.js';
import type { RightPassword } from './sign-in.js';
import { StepDoor } from './step-door.adapter.js';

/** What follows a right password: the session, or a step in which a second factor is shown. */
@Injectable()
export class AfterPassword {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly steps: StepDoor,
    private readonly door: FrontDoor,
    private readonly onward: LeadOnward,
  ) {}

  /**
   * @returns where to lead the browser, which has its session by then; null where nobody may come in any more.
   * @throws MoreAsked where a step comes first; Unavailable
   */
  async goOn(
    request: Request,
    response: Response,
    { remembered, ...came }: RightPassword & Onward & { readonly remembered: boolean },
  ): Promise<string | null> {
    const { person, passwordHash, proof, then, attempt, back, unsaved } = came;
    if (then !== null) {
      await request.gatehouse.firstClick.claim();
      const step = { purpose: then, userId: person.id, passwordHash, returnTo: back, remembered, unsaved };
      return this.steps.begin(request, response, step);
    }
    const arrival = { person, proof, remembered, attempt };
    const entry = await request.gatehouse.firstClick.once(first =>
      this.arrivals.welcome(this.door.entrantOf(request), { ...arrival, first }),
    );
    return entry === null ? null : this.onward.letIn(request, response, { entry, back, unsaved });
  }
}
