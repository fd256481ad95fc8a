import { Controller, Get, Module, Post, UnauthorizedException } from '@nestjs/common';
import { Public } from '../src/http/access.js';
import { CurrentUser } from '../src/http/current-person.js';
import { minutes } from '../src/kernel/durations.js';
import type { CurrentPerson } from '../src/kernel/principal.js';
import { TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

/** Handlers of a team's own that want somebody who is not there. */
@Controller('odd')
class OddController {
  @Public()
  @Get('person')
  person(@CurrentUser() person: CurrentPerson) {
    return person.username;
  }
  @Public()
  @Post('person')
  posted(@CurrentUser() person: CurrentPerson) {
    return person.username;
  }
  @Public()
  @Get('own')
  own() {
    throw new UnauthorizedException();
  }
}

@Module({ controllers: [OddController] })
class OddModule {}

const JSON_ONLY = { accept: 'application/json' };
const wrong = { username: 'ada', password: 'wrong' };
const change = { current_password: 'wrong', password: 'a new one of 24 letters', password_again: '' };
change.password_again = change.password;

let test: TestApp;
let ada: Visitor;

beforeAll(async () => {
  test = await TestApp.start({ PUBLIC_URL: 'http://localhost:4000' }, [OddModule]);
  await test.person('ada');
  ada = await test.signedIn();
});
afterAll(() => test.close());
// Failures of one test do not slow down the next; the session lives on.
afterEach(() => test.clock.pass(minutes(5)));

/** A form of a signed-in page. */
const posted = async (path: string, fields: Record<string, string>, headers = {}) =>
  ada.post(path, { ...fields, _csrf: await ada.csrf() }, headers);

describe('a 401', () => {
  it.each<[string, () => Promise<Answer>]>([
    ['a closed page', () => test.visitor().get('/welcome', JSON_ONLY)],
    ['a closed form', () => test.visitor().post('/account/password', {}, JSON_ONLY)],
    ['what only programs ask for', () => test.visitor().get('/session')],
    ['a download', () => test.visitor().get('/account/data')],
    ['a wrong password at /login', () => test.visitor().post('/login', wrong, JSON_ONLY)],
    ['a wrong password at /user', () => test.visitor().post('/user', wrong, JSON_ONLY)],
    ['a wrong password at /confirm', () => posted('/confirm', { password: 'wrong' }, JSON_ONLY)],
    ['a wrong password at /account/password', () => posted('/account/password', change, JSON_ONLY)],
    ['a handler that wants a person', () => test.visitor().get('/odd/person', JSON_ONLY)],
    ['a handler that says so itself', () => test.visitor().get('/odd/own', JSON_ONLY)],
  ])('names a scheme that no browser asks a password for: %s', async (_, ask) => {
    const { status, headers } = await ask();
    expect([status, headers['content-type'], headers['www-authenticate']]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
      'Session realm="http://localhost:4000"',
    ]);
  });
});

describe('a page', () => {
  it.each<[string, () => Promise<Answer>, number, string]>([
    ['/login', () => test.visitor().post('/login', wrong), 422, 'Invalid username or password'],
    ['/user', () => test.visitor().post('/user', wrong), 422, 'Invalid username or password'],
    ['/login, empty', () => test.visitor().post('/login', { username: '', password: '' }), 422, 'Enter your'],
    ['/confirm', () => posted('/confirm', { password: 'wrong' }), 422, 'That is not your password.'],
    ['/account/password', () => posted('/account/password', change), 422, 'That is not your password.'],
    ['of a handler that says 401 itself', () => test.visitor().get('/odd/own'), 403, 'Sign in first'],
  ])('is never a 401, which some browsers do not show: %s', async (_, ask, status, words) => {
    const answer = await ask();
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([status, undefined]);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain(words);
  });

  it('offers the sign-in form where a handler says 401 itself, to visitors alone', async () => {
    expect((await test.visitor().get('/odd/own')).body).toMatch(/<a [^>]*href="\/login"/);
    expect((await ada.get('/odd/own')).body).not.toMatch(/href="\/login"/);
  });

  it('leads to the sign-in form and back where a handler wants a person', async () => {
    expect((await test.visitor().get('/odd/person')).location).toBe('/login?return_to=%2Fodd%2Fperson');
    const form = await test.visitor().post('/odd/person', {});
    expect([form.status, form.location]).toEqual([303, '/login']);
    expect((await ada.get('/odd/person')).body).toBe('ada');
  });
});
