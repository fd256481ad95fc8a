import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { keepForm } from '../http/next-page.js';
import { UnsavedForms } from '../http/unsaved-forms.js';
import type { Entry } from '../sessions/entry.js';
import { FrontDoor } from './front-door.adapter.js';
import { WayHere } from './way-here.js';

/** Where somebody was on their way to who signs in. */
export interface Onward {
  /** A page of this site; null: nowhere. */
  readonly back: string | null;
  /** A form that waits for its person, sealed; null for none. */
  readonly unsaved: string | null;
}

/** Leads people who have signed in to where they were on their way to. */
@Injectable()
export class LeadOnward {
  constructor(
    private readonly door: FrontDoor,
    private readonly way: WayHere,
    private readonly unsaved: UnsavedForms,
  ) {}

  /** Gives the browser its session. @returns the address to lead it to. @throws Unavailable */
  async letIn(
    request: Request,
    response: Response,
    { entry, back, unsaved }: Onward & { readonly entry: Entry },
  ): Promise<string> {
    const next = back ?? this.way.home;
    await this.door.letIn(request, response, entry, next);
    const waiting = unsaved === null ? null : this.unsaved.open(unsaved);
    // What somebody else typed is not this person's to see, nor to know of.
    if (waiting?.owner !== entry.live.person.id) return next;
    return keepForm(request, waiting.page, waiting.fields);
  }
}
