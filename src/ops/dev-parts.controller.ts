import { Controller, Get, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { Public } from '../http/access.js';
import { Clock } from '../kernel/clock.js';
import { minutes } from '../kernel/durations.js';
import { timeView } from '../pages/time-in-words.js';
import { OnlyDeveloping } from './only-developing.guard.js';
import { EXAMPLE_PROBLEM } from './ops.words.js';

/** Shows what pages are made of while developing, to this machine only: `docs/parts.md` has the same parts in words. */
@UseGuards(OnlyDeveloping)
@Controller('dev/parts')
export class DevPartsController {
  constructor(private readonly clock: Clock) {}

  @Public()
  @Get()
  show(@Res() response: Response): void {
    const now = this.clock.now();
    response.render('dev/parts', {
      colors: ['Green', 'Blue'].map(label => ({
        value: label.toLowerCase(),
        label,
        selected: label === 'Blue',
      })),
      at: timeView(now - minutes(5), now),
      tea: { title: 'Tea', problem: EXAMPLE_PROBLEM },
    });
  }
}
