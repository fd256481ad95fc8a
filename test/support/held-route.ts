import { Controller, Get, Module, Req } from '@nestjs/common';
import type { Request } from 'express';

/** Holds requests up in the middle of their handler until the test opens it. */
class Gate {
  private arrive: () => void = () => undefined;
  private open: () => void = () => undefined;

  /** Resolves when the next request stands at the gate. */
  expectOne(): Promise<void> {
    return new Promise(resolve => (this.arrive = resolve));
  }

  /** Stands at the gate. */
  pass(): Promise<void> {
    return new Promise(resolve => {
      this.open = resolve;
      this.arrive();
    });
  }

  /** Lets the waiting request go on. */
  release(): void {
    this.open();
  }
}

export const gate = new Gate();

/** Calls a method of express-session that takes a callback. */
const called = (request: Request, method: 'save' | 'regenerate') =>
  new Promise<void>((resolve, reject) =>
    request.session[method]((error: unknown) =>
      error ? reject(error instanceof Error ? error : new Error(String(error))) : resolve(),
    ),
  );

/** What they put there, with a blank: no random id has that in it by chance. */
export const NOTE = 'come late';

/** Handlers of a team's own module that are slow and then work on their session. */
@Controller('held')
class HeldController {
  @Get('read')
  async read() {
    await gate.pass();
    return { done: true };
  }

  @Get('change')
  async change(@Req() request: Request) {
    await gate.pass();
    Object.assign(request.session, { note: NOTE });
    return { done: true };
  }

  @Get('save')
  async save(@Req() request: Request) {
    await gate.pass();
    Object.assign(request.session, { note: NOTE });
    await called(request, 'save');
    return { done: true };
  }

  @Get('regenerate')
  async regenerate(@Req() request: Request) {
    await gate.pass();
    await called(request, 'regenerate');
    Object.assign(request.session, { note: NOTE });
    return { done: true };
  }

  @Get('note')
  note(@Req() request: Request) {
    return { note: 'note' in request.session ? request.session.note : null };
  }
}

/** A feature module as a team would add it: nothing in it speaks of sessions' lives. */
@Module({ controllers: [HeldController] })
export class HeldModule {}
