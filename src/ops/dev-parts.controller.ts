import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { Public } from '../http/access.js';
import { Clock } from '../kernel/clock.js';
import { minutes } from '../kernel/durations.js';
import { timeView } from '../pages/time-in-words.js';
import { onlyDeveloping } from './only-developing.js';
import { EXAMPLE_PROBLEM } from './ops.words.js';

/** Shows what pages are made of while developing, to this machine only: `docs/parts.md` has the same parts in words. */
@Controller('dev/parts')
export class DevPartsController {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  @Public()
  @Get()
  show(@Req() request: Request, @Res() response: Response): void {
    onlyDeveloping(this.config, request);
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
