import { Body, Controller, Get, Module, Param, Post, Query, Redirect, Req, Res, Sse } from '@nestjs/common';
import type { Request, Response } from 'express';
import { of } from 'rxjs';
import {
  AnswersJson,
  KeepsTyped,
  Public,
  RequireRecentSignIn,
  RequireRole,
  RequireStrength,
  SentOnce,
  VisitorForm,
} from '../src/http/access.js';
import { leaveNotice, takeForm } from '../src/http/next-page.js';
import { hours, minutes } from '../src/kernel/durations.js';
import { answerStep, enrol, toSecondStep } from './support/second-factor.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

/** With blanks: no random text of a page has them by chance. */
const EVE = 'Eve of Elsewhere';

let pressed = 0;

/** Marks as a team may put them beside one another. */
@Controller('marks')
class MarksController {
  @Public()
  @RequireRecentSignIn({})
  @Get('recent')
  recent() {
    return { open: true };
  }

  @VisitorForm()
  @Post('closed')
  closed() {
    return { done: true };
  }

  @Public()
  @VisitorForm()
  @RequireRole('admin')
  @Post('administrators')
  administrators() {
    return { done: true };
  }

  @Public()
  @SentOnce()
  @Post('press')
  @Redirect('/marks/pressed', 303)
  press() {
    pressed += 1;
  }

  @Get(':id/edit')
  edit(@Req() request: Request, @Param('id') id: string) {
    return { typed: takeForm(request, `/marks/${encodeURIComponent(id)}/edit`) };
  }

  @KeepsTyped(['title'])
  @RequireRecentSignIn({ form: '/marks/:id/edit', to: 'rename a mark' })
  @Post(':id/rename')
  rename() {
    return { done: true };
  }

  @RequireRecentSignIn({ keeps: ['title'] })
  @Post(':id/note')
  note() {
    return { done: true };
  }

  @KeepsTyped(['title'])
  @RequireStrength(2)
  @Post(':id/pay')
  pay() {
    return { done: true };
  }

  @KeepsTyped(['title'])
  @RequireRole('admin')
  @Post(':id/rule')
  rule() {
    return { done: true };
  }

  @AnswersJson()
  @Post('api')
  api(@Body() body: unknown) {
    return { body };
  }

  @Public()
  @Get('left')
  async left(@Req() request: Request, @Res() response: Response, @Query('page') page: string) {
    await leaveNotice(request, page, 'It is done.');
    response.redirect(303, page);
  }

  @Sse('events')
  events() {
    return of({ data: 'Tea is ready' });
  }

  @Get('people')
  people(@Res() response: Response) {
    response.render('errors/problem', { title: 'People', person: { displayName: EVE } });
  }
}

@Module({ controllers: [MarksController] })
class MarksModule {}

let test: TestApp;
beforeAll(async () => {
  test = await TestApp.start({ SECOND_FACTOR: 'admins' }, [MarksModule]);
  for (const name of ['ada', 'eve']) await test.person(name);
  await test.person('ann', 'admin');
});
afterAll(() => test.close());

const TYPED = { title: 'Tea & "cake"', secret: 'rosebud' };
const typedOn = ({ body }: Answer) => (JSON.parse(body) as { typed: object }).typed;
const from = (page: string) => ({ referer: `http://localhost:4000${page}` });

/** Presses the button of a form that stands on this page. */
const send = async (visitor: Visitor, page: string, path: string, headers: Record<string, string> = {}) =>
  visitor.post(path, { ...TYPED, _csrf: await visitor.csrf() }, { ...from(page), ...headers });

/** Confirms who they are, where an answer leads to that. @returns where they are led on. */
async function confirm(visitor: Visitor, { location }: Answer, fields = {}): Promise<string> {
  const back = new URL(location ?? '', visitor.origin).searchParams.get('return_to') ?? '';
  const done = await visitor.postForm('/confirm', { password: PASSWORD, return_to: back, ...fields });
  return done.location ?? '';
}

describe('marks that stand beside @Public()', () => {
  it('win over it: @RequireRecentSignIn() lets no visitor through', async () => {
    expect((await test.visitor().get('/marks/recent')).location).toBe('/login?return_to=%2Fmarks%2Frecent');
    expect((await test.visitor().get('/marks/recent', { accept: 'application/json' })).status).toBe(401);
    const ada = await test.signedIn();
    expect((await ada.get('/marks/recent')).status).toBe(200);
    test.clock.pass(minutes(11));
    expect((await ada.get('/marks/recent')).location).toBe('/confirm?return_to=%2Fmarks%2Frecent');
  });

  it('let visitors press a button twice, and it is pressed once', async () => {
    const visitor = test.visitor();
    const { hidden } = await Tab.open(visitor, '/login');
    const second = visitor.copy();
    const answers = [
      await visitor.insist('/marks/press', hidden),
      await second.insist('/marks/press', hidden),
    ];
    expect(answers.map(({ location }) => location)).toEqual(['/marks/pressed', '/marks/pressed']);
    expect(pressed).toBe(1);
  });
});

describe('@VisitorForm() on a route that is closed to visitors', () => {
  it.each([
    ['/marks/closed', 'ada'],
    ['/marks/administrators', 'eve'],
  ])('takes no token from it: %s', async (path, who) => {
    const visitor = await test.signedIn(who);
    test.log.lines.length = 0;
    expect((await visitor.post(path)).status).toBe(403);
    expect(test.log.events('malicious_csrf')).toMatchObject([{ reason: 'token', path }]);
    expect((await test.visitor().post(path)).location).toBe('/login');
    if (who === 'ada') expect((await visitor.postForm(path)).status).toBe(201);
  });
});

describe('@RequireRecentSignIn()', () => {
  it('fills `:id` in its page, and keeps what @KeepsTyped() names', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(11));
    const back = await confirm(ada, await send(ada, '/marks/7/edit', '/marks/7/rename'));
    expect(back).toMatch(/^\/marks\/7\/edit\?kept=[\w-]{16}&then=\/marks\/7\/rename$/);
    expect(typedOn(await ada.get(back))).toEqual({ title: TYPED.title });
    expect(typedOn(await ada.get(back))).toEqual({});
  });

  it('takes whatever stands there for a part of the path', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(11));
    const back = await confirm(ada, await send(ada, '/', '/marks/a%20%3F%23%26%C3%A9/rename'));
    expect(back).toMatch(/^\/marks\/a%20%3F%23%26%C3%A9\/edit\?kept=[\w-]{16}&then=/);
    expect((await ada.get(back)).body).toContain('Tea');
  });

  it('leads back to the page that the browser names, where the mark names none', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(11));
    const back = await confirm(ada, await send(ada, '/marks/8/edit?tab=2', '/marks/8/note'));
    expect(back).toMatch(/^\/marks\/8\/edit\?tab=2&kept=[\w-]{16}$/);
    expect(typedOn(await ada.get(back))).toEqual({ title: TYPED.title });
  });

  it('tells programs the same page', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(11));
    const json = { accept: 'application/json' };
    for (const path of ['/marks/9/rename', '/marks/9/note']) {
      const answer = await send(ada, '/marks/9/edit', path, json);
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
        403,
        { next: '/confirm?return_to=%2Fmarks%2F9%2Fedit' },
      ]);
    }
  });
});

describe('a form that asks for a second factor', () => {
  it('is there again, as it was filled in, and says that it was not taken', async () => {
    await test.person('fay');
    const phone = await enrol(test, await test.signedIn('fay'));
    const fay = test.visitor();
    const step = await toSecondStep(fay, 'fay', { remember: 'on' });
    await answerStep(fay, step, { code: phone.fresh() });
    test.clock.pass(hours(25));
    const asked = await send(fay, '/marks/7/edit', '/marks/7/pay');
    const back = await confirm(fay, asked, { code: phone.fresh() });
    expect(back).toMatch(/^\/marks\/7\/edit\?kept=[\w-]{16}$/);
    expect(typedOn(await fay.get(back))).toEqual({ title: TYPED.title });
    expect((await send(fay, back, '/marks/7/pay')).status).toBe(201);
  });

  it.each([
    ['@RequireStrength(2)', 'ada', '/marks/7/pay'],
    ['@RequireRole() while the role sleeps', 'ann', '/marks/7/rule'],
  ])('waits as well for who adds one first: %s', async (_, who, path) => {
    const visitor = await test.signedIn(who);
    const asked = await send(visitor, '/welcome', path);
    const back = new URL(asked.location ?? '', visitor.origin).searchParams.get('return_to') ?? '';
    expect(asked.location).toMatch(/^\/account\/security\?return_to=/);
    expect(back).toMatch(/^\/welcome\?kept=[\w-]{16}$/);
    expect((await visitor.get(back)).body).toContain('so nothing was done yet. Send it once more.');
  });

  it('keeps nothing for programs, which have it', async () => {
    const ada = await test.signedIn();
    const answer = await send(ada, '/marks/7/edit', '/marks/7/pay', { accept: 'application/json' });
    expect(JSON.parse(answer.body)).toMatchObject({
      next: '/account/security?return_to=%2Fmarks%2F7%2Fedit',
    });
  });
});

describe('@AnswersJson()', () => {
  it('holds for what fails before its guards, too', async () => {
    const ada = await test.signedIn();
    const types = { json: 'application/json', text: 'text/plain' };
    const post = async (path: string, body: string, type: keyof typeof types) =>
      ada.post(path, body, { 'content-type': types[type], accept: '*/*' });
    for (const [body, type, status] of [
      ['{', 'json', 400],
      [`"${'x'.repeat(65 * 1024)}"`, 'json', 413],
      ['x', 'text', 415],
    ] as const) {
      const answers = [await post('/marks/API/', body, type), await post('/marks/closed', body, type)];
      expect(answers.map(answer => [answer.status, answer.headers['content-type']])).toEqual([
        [status, 'application/problem+json; charset=utf-8'],
        [status, 'text/html; charset=utf-8'],
      ]);
    }
  });
});

describe('@Sse()', () => {
  const EVENTS = { accept: 'text/event-stream' };

  it('is for people who are signed in, as every other route', async () => {
    expect((await test.visitor().get('/marks/events', EVENTS)).location).toMatch(/^\/login/);
    const answer = await (await test.signedIn()).get('/marks/events', EVENTS);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(answer.body).toContain('data: Tea is ready');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('leaveNotice()', () => {
  it('finds its page whatever the query', async () => {
    const ada = await test.signedIn();
    const { location } = await ada.get('/marks/left?page=%2Fwelcome%3Ffrom%3Dhere');
    expect(location).toBe('/welcome?from=here');
    expect((await ada.get('/welcome?from=here')).body).toContain('It is done.');
    expect((await ada.get('/welcome?from=here')).body).not.toContain('It is done.');
  });
});

describe('a page that a handler gives a `person` of its own', () => {
  it('is none, rather than one that says somebody else is signed in', async () => {
    const ada = await test.signedIn();
    test.log.lines.length = 0;
    const answer = await ada.get('/marks/people');
    expect([answer.status, answer.body.includes(EVE)]).toEqual([500, false]);
    expect(test.log.events('sys_error')).toMatchObject([
      { reason: 'errors/problem: every page has its own "person". Call yours otherwise.' },
    ]);
  });
});
