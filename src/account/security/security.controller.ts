import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { wantedPage } from '../../http/wanted-page.js';
import { SECURITY_VIEW, SecurityPage } from './security-page.js';

/** Which ways in somebody has, in words, what is missing, and one button each. */
@Controller('account/security')
export class SecurityController {
  constructor(private readonly page: SecurityPage) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('return_to') wanted: unknown,
  ): Promise<void> {
    const model = await this.page.modelOf(request.gatehouse.principal);
    const back = wantedPage(request, wanted);
    const query = back === null ? '' : `?return_to=${encodeURIComponent(back)}`;
    response.render(SECURITY_VIEW, { ...model, returnTo: back, query });
  }
}
