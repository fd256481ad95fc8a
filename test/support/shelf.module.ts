import { Body, Controller, Delete, Get, Module, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { keepForm, leaveNotice } from '../../src/http/next-page.js';

/** Lets requests go on together: each has read its session by then, and none has written it. */
class Meeting {
  private missing = 0;
  private waiting: (() => void)[] = [];

  /** So many requests will meet. */
  expect(count: number): void {
    this.missing = count;
  }

  /** Resolves when all are there. */
  join(): Promise<void> {
    return new Promise(resolve => {
      this.waiting.push(resolve);
      this.missing -= 1;
      if (this.missing > 0) return;
      for (const go of this.waiting.splice(0)) go();
    });
  }
}

export const meeting = new Meeting();

/** What a handler may do with `request.session`, met by others that do the same. */
@Controller('shelf')
class ShelfController {
  @Get()
  all(@Req() request: Request) {
    const { csrf: _, cookie: __, passport: ___, ...kept } = request.session;
    return kept;
  }
  @Post('notice/:sentence')
  async leave(@Req() request: Request, @Param('sentence') sentence: string) {
    await meeting.join();
    await leaveNotice(request, '/welcome', `${sentence}.`);
    return { left: true };
  }
  @Post('form/:text')
  async keep(@Req() request: Request, @Param('text') text: string) {
    await meeting.join();
    return { page: await keepForm(request, '/account/email', { email: text }) };
  }
  @Post('back')
  async thereAndBack(@Req() request: Request) {
    const save = () => new Promise<void>(resolve => request.session.save(() => resolve()));
    Object.assign(request.session, { passing: true });
    await save();
    Reflect.deleteProperty(request.session, 'passing');
    return { done: true };
  }
  @Post(':key')
  async put(@Req() request: Request, @Param('key') key: string, @Body() { value }: { value: unknown }) {
    await meeting.join();
    Reflect.set(request.session, key, value);
    return { put: true };
  }
  @Delete(':key')
  async remove(@Req() request: Request, @Param('key') key: string) {
    await meeting.join();
    Reflect.deleteProperty(request.session, key);
    return { removed: true };
  }
}

/** A feature module as a team would add it. */
@Module({ controllers: [ShelfController] })
export class ShelfModule {}
