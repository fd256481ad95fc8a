import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AuditTrail } from '../audit/audit-trail.js';
import { CurrentUser } from '../http/current-person.js';
import { timeView } from '../http/time-in-words.js';
import { Clock } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { eventInWords, SHOWN_EVENTS } from './event-words.js';

const PAGE_SIZE = 25;

/** What happened to one's account in the last 90 days. */
@Controller('account/activity')
export class ActivityController {
  constructor(
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  @Get()
  async show(
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Query('page') wanted: unknown,
  ): Promise<void> {
    const page = pageNumber(wanted);
    const { events, more } = await this.trail.of(person.id, SHOWN_EVENTS, {
      page: page - 1,
      size: PAGE_SIZE,
    });
    const now = this.clock.now();
    response.render('account/activity', {
      events: events.map(event => ({ words: eventInWords(event), at: timeView(event.occurredAt, now) })),
      newer: page > 1 ? page - 1 : null,
      older: more ? page + 1 : null,
    });
  }
}

/** A page from 1 on; anything else is the first. */
const pageNumber = (wanted: unknown): number =>
  typeof wanted === 'string' && /^[1-9]\d{0,3}$/.test(wanted) ? Number(wanted) : 1;
