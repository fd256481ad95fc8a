import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AuditTrail, type TrailPosition } from '../audit/audit-trail.js';
import type { EventPlace } from '../audit/read-events.js';
import { CurrentUser } from '../http/current-person.js';
import { timeView } from '../pages/time-in-words.js';
import { Clock } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { EventWords } from './event-words.js';

const PAGE_SIZE = 25;

/** What happened to one's account in the last 90 days. */
@Controller('account/activity')
export class ActivityController {
  constructor(
    private readonly trail: AuditTrail,
    private readonly words: EventWords,
    private readonly clock: Clock,
  ) {}

  @Get()
  async show(
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Query('before') before: unknown,
    @Query('after') after: unknown,
  ): Promise<void> {
    const from = positionOf(before, 'older') ?? positionOf(after, 'newer');
    const page = await this.trail.of(person.id, this.words.shown, { from, size: PAGE_SIZE });
    const now = this.clock.now();
    response.render('account/activity', {
      events: page.events.map(event => ({ ...this.words.of(event), at: timeView(event.occurredAt, now) })),
      paged: [from, page.newer, page.older].some(place => place !== null),
      later: from !== null,
      newer: page.newer === null ? null : textOf(page.newer),
      older: page.older === null ? null : textOf(page.older),
    });
  }
}

/** A place among one's events, as a link says it. Anything else is none: the page begins with the newest. */
function positionOf(text: unknown, towards: 'older' | 'newer'): TrailPosition['from'] {
  const [, at, id] = (typeof text === 'string' && /^(\d{1,15})\.([\w-]{1,64})$/.exec(text)) || [];
  return at === undefined || id === undefined ? null : { place: { occurredAt: Number(at), id }, towards };
}

const textOf = ({ occurredAt, id }: EventPlace): string => `${occurredAt}.${id}`;
