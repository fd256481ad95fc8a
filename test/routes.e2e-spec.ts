import { Controller, Get, Post, RequestMethod } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import {
  Public,
  PublicMark,
  RequireGroup,
  RequireGroupMark,
  RequireRecentSignIn,
  RequireRole,
  RequireStrength,
  RequireStrengthMark,
  VisitorForm,
  VisitorFormMark,
} from '../src/http/access.js';
import { SITE } from '../src/app/site.js';
import { FastExpressAdapter } from '../src/http/fast-express.adapter.js';
import { type Access, OWN_ROUTES } from './app.routes.js';
import { TestApp } from './support/test-app.js';

/** Every route of Gatehouse, and who may use it. Those of a team's own are in `app.routes.ts`. */
const ROUTES: Record<string, Access> = {
  'GET /': 'all',
  'GET /login': 'all',
  'POST /login': 'all, without token',
  'POST /user': 'all, without token',
  'GET /login/second-step': 'all',
  'POST /login/second-step': 'all, without token',
  'POST /login/second-step/reset-code': 'all, without token',
  'GET /logout': 'all',
  'POST /logout': 'all',
  'POST /forget-browser': 'all, without token',
  'GET /setup': 'all',
  'POST /setup': 'all, without token',
  'GET /.well-known/change-password': 'all',
  'GET /.well-known/passkey-endpoints': 'all',
  'GET /login/passkey': 'all',
  'POST /login/passkey': 'all, without token',
  'GET /register': 'all',
  'POST /register': 'all, without token',
  'GET /verify': 'all',
  'POST /verify': 'all, without token',
  'GET /verify/sent': 'all',
  'GET /verify/again': 'all',
  'POST /verify/again': 'all, without token',
  'GET /forgot': 'all',
  'POST /forgot': 'all, without token',
  'GET /reset': 'all',
  'POST /reset': 'all, without token',
  'GET /invite': 'all',
  'POST /invite': 'all, without token',
  'GET /not-me': 'all',
  'POST /not-me': 'all, without token',
  'POST /csp-report': 'all, without token',
  // Shows itself while developing, to this machine only.
  'GET /dev/mail': 'all',
  'GET /dev/mail/:id': 'all',
  'GET /dev/mail/:id/html': 'all',
  'GET /dev/parts': 'all',
  'GET /health/live': 'all',
  'GET /health/ready': 'all',
  'GET /session': 'signed in',
  'GET /confirm': 'signed in',
  'POST /confirm': 'signed in',
  'GET /confirm/passkey': 'signed in',
  'GET /account': 'signed in',
  'POST /account': 'signed in',
  'GET /account/activity': 'signed in',
  'GET /account/data': 'recently',
  'GET /account/devices': 'signed in',
  'POST /account/devices/end-others': 'recently',
  'POST /account/devices/:publicId/end': 'recently',
  'GET /account/password': 'signed in',
  'POST /account/password': 'signed in',
  'POST /account/password/link': 'signed in',
  'GET /account/email': 'recently',
  'POST /account/email': 'recently',
  'POST /account/email/cancel': 'signed in',
  'POST /account/email/confirm': 'signed in',
  'GET /account/security': 'signed in',
  'GET /account/security/authenticator': 'recently',
  'POST /account/security/authenticator': 'recently',
  'POST /account/security/authenticator/remove': 'recently',
  'POST /account/security/authenticator/readmit': 'recently',
  'POST /account/security/reset/cancel': 'signed in',
  'GET /account/security/recovery-codes': 'recently',
  'POST /account/security/recovery-codes': 'recently',
  'POST /account/security/recovery-codes/download': 'recently',
  'GET /account/security/passkeys': 'signed in',
  'GET /account/security/passkeys/add': 'recently',
  'POST /account/security/passkeys/add': 'recently',
  'GET /account/security/passkeys/options': 'recently',
  'GET /account/security/passkeys/:id': 'signed in',
  'GET /account/security/passkeys/:id/options': 'signed in',
  'POST /account/security/passkeys/:id/rename': 'signed in',
  'POST /account/security/passkeys/:id/remove': 'recently',
  'POST /account/security/passkeys/:id/readmit': 'recently',
  'GET /account/close': 'recently',
  'POST /account/close': 'recently',
  'GET /account/apps': 'signed in',
  'POST /account/apps/end': 'signed in',
  'POST /account/apps/sign-ins/:publicId/end': 'recently',
  'POST /account/apps/tokens/:id/end': 'signed in',
  'GET /account/tokens': 'signed in',
  'POST /account/tokens': 'recently',
  'POST /account/tokens/:id/end': 'signed in',
  'GET /enter': 'signed in',
  'GET /.well-known/gatehouse.jwks': 'all',
  ...OWN_ROUTES,
};

/** Routes that answer JSON whatever `Accept` says. */
const JSON_ROUTES = new Set([
  'GET /session',
  'GET /account/data',
  'GET /confirm/passkey',
  'GET /account/security/passkeys/options',
  'GET /account/security/passkeys/:id/options',
]);

const CLOSED = Object.keys(ROUTES).filter(route => !ROUTES[route]?.startsWith('all'));

describe('the routes of the application', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({}, [], { site: SITE });
    await test.person('Ada');
  });
  afterAll(() => test.close());

  it('are the ones listed here, and no others', () => {
    expect(registered(test).sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('have the access that is listed here', () => {
    expect(marked(test)).toEqual(ROUTES);
  });

  it.each(CLOSED)('send visitors to the login page: %s', async route => {
    if (JSON_ROUTES.has(route)) return;
    const answer = await ask(test, route, 'text/html');
    // Nobody comes back to a form that was sent, nor to a page that only asks for the password.
    const comesBack = route.startsWith('GET') && route !== 'GET /confirm';
    const back = comesBack ? `?return_to=${encodeURIComponent(addressOf(route))}` : '';
    expect([answer.status, answer.location]).toEqual([303, `/login${back}`]);
    expect(answer.setCookies).toEqual([]);
  });

  it.each(CLOSED)('answer programs of visitors 401: %s', async route => {
    const answer = await ask(test, route, 'application/json');
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(answer.body)).toMatchObject({ status: 401, title: 'Sign in first' });
  });

  it.each(CLOSED)('are closed however the address is written: %s', async route => {
    const path = addressOf(route);
    for (const variant of [
      `${path}/`,
      path.toUpperCase(),
      `${path}?a=b`,
      `http://localhost:4000${path}`,
      `${path}#x`,
    ]) {
      const { status } = await ask(test, route, 'text/html', variant);
      expect([variant, [303, 401, 404].includes(status)]).toEqual([variant, true]);
    }
  });

  it('let HEAD see no more than GET', async () => {
    for (const route of CLOSED.filter(name => name.startsWith('GET'))) {
      const { status } = await ask(test, route.replace('GET', 'HEAD'), 'text/html');
      expect([route, status]).toEqual([route, JSON_ROUTES.has(route) ? 401 : 303]);
    }
  });
});

@Controller('sample')
class Sample {
  @Get('salaries')
  @RequireStrength(2)
  strong() {}

  @Get('salaries')
  weak() {}

  // The guard asks for two factors all the same.
  @Get('salaries')
  @Public()
  @RequireStrength(2)
  publicAndStrong() {}

  @Get('salaries')
  @RequireRole('admin')
  @RequireStrength(2)
  adminAndStrong() {}

  @Get('salaries')
  @RequireGroup('chiefs', 'owners')
  @RequireStrength(2)
  groupAndStrong() {}

  @Post('salaries')
  @RequireRecentSignIn({})
  @RequireStrength(2)
  recentAndStrong() {}

  @Post('salaries')
  @Public()
  @VisitorForm()
  open() {}
}

@Controller('strong')
@RequireStrength(2)
class StrongSample {
  @Get()
  here() {}
}

describe('what is written down of a route', () => {
  const at = (controller: typeof Sample | typeof StrongSample, name: string): Access => {
    const handler: unknown = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
    if (typeof handler !== 'function') throw new Error(`There is no ${name}.`);
    return accessOf(new Reflector(), handler, controller);
  };

  it.each<[string, Access]>([
    ['strong', 'signed in, two factors'],
    ['weak', 'signed in'],
    ['publicAndStrong', 'signed in, two factors'],
    ['adminAndStrong', 'admin, two factors'],
    ['groupAndStrong', 'group chiefs, owners, two factors'],
    ['recentAndStrong', 'recently, two factors'],
    ['open', 'all, without token'],
  ])('is what the guards do: %s', (name, access) => expect(at(Sample, name)).toBe(access));

  it('is that of its class as well', () => {
    expect(at(StrongSample, 'here')).toBe('signed in, two factors');
  });
});

/** What Express knows: `GET /welcome`. */
function registered(test: TestApp): string[] {
  const adapter: unknown = test.app.getHttpAdapter();
  if (!(adapter instanceof FastExpressAdapter)) throw new Error('Not our adapter.');
  return adapter.app.router.stack.flatMap(({ route }) =>
    route === undefined ? [] : route.stack.map(({ method }) => `${method.toUpperCase()} ${route.path}`),
  );
}

/** What the marks on the controllers say, computed from Nest's container. */
function marked(test: TestApp): Record<string, Access> {
  const reflector = test.get(Reflector);
  const found: Record<string, Access> = {};
  for (const module of test.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      for (const name of Object.getOwnPropertyNames(metatype.prototype)) {
        const handler: unknown = Object.getOwnPropertyDescriptor(metatype.prototype, name)?.value;
        if (typeof handler !== 'function' || !Reflect.hasMetadata('method', handler)) continue;
        for (const route of routesOf(metatype, handler))
          found[route] = accessOf(reflector, handler, metatype);
      }
    }
  }
  return found;
}

function routesOf(controller: object, handler: object): string[] {
  const paths = (of: object) => [Reflect.getMetadata('path', of) as string | string[]].flat();
  const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
  return paths(controller).flatMap(base =>
    paths(handler).map(
      path =>
        `${method} /${[base, path]
          .map(part => part.replace(/^\/|\/$/g, ''))
          .filter(Boolean)
          .join('/')}`,
    ),
  );
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- Nest's own type of a handler
function accessOf(reflector: Reflector, handler: Function, controller: Function): Access {
  const places = [handler, controller] as Parameters<Reflector['getAllAndOverride']>[1];
  const closed = closedTo(reflector, places);
  if (reflector.getAllAndOverride(RequireStrengthMark, places) !== undefined)
    return `${closed ?? 'signed in'}, two factors`;
  if (closed !== null) return closed;
  if (reflector.getAllAndOverride(PublicMark, places) !== true) return 'signed in';
  return reflector.get(VisitorFormMark, places[0] as never) === true ? 'all, without token' : 'all';
}

/** To whom beside visitors; null where nothing says so, or that they are signed in. */
function closedTo(reflector: Reflector, places: Parameters<Reflector['getAllAndOverride']>[1]) {
  const role = reflector.getAllAndOverride(RequireRole, places);
  if (role === 'admin') return 'admin';
  const groups = reflector.getAllAndOverride(RequireGroupMark, places);
  if (groups !== undefined) return `group ${groups.join(', ')}` as const;
  if (reflector.getAllAndOverride(RequireRecentSignIn, places) !== undefined) return 'recently';
  return role === undefined ? null : 'signed in';
}

const addressOf = (route: string): string => route.replace(/^\w+ /, '').replace(/:\w+/g, 'x');

function ask(test: TestApp, route: string, accept: string, path = addressOf(route)) {
  const [method = 'GET'] = route.split(' ');
  const body = method === 'POST' ? '' : undefined;
  return test.visitor().send(method, path, body, { accept, 'sec-fetch-site': 'same-origin' });
}
