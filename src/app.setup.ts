import type { Server } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';
import { RequestRemarks } from './audit/request-remarks.js';
import { PassportMiddleware } from './auth/passport.middleware.js';
import { AppConfig } from './config/app-config.js';
import { ApplicationHost } from './forward-auth/application-host.middleware.js';
import { HostPage } from './forward-auth/host-page.js';
import { FastExpressAdapter } from './http/fast-express.adapter.js';
import { FormOwners } from './http/form-owners.js';
import { formLimits } from './http/form-limits.js';
import { forwardedFor } from './http/forwarded-for.js';
import { trustedProxies } from './http/trusted-proxies.js';
import { readBody } from './http/read-body.js';
import { beginResponse } from './http/begin-response.js';
import { installViews } from './pages/views.js';
import { pageParts } from './pages/page-parts.js';
import { Clock } from './kernel/clock.js';
import { SessionMiddleware } from './sessions/session.middleware.js';

/** What `NestFactory.create` must be told: bodies are read by `http/read-body.ts`. */
export const appOptions = { bodyParser: false, bufferLogs: true } as const;

/** The server `NestFactory.create` runs on. `held`: what keeps a port for it. */
export const createAdapter = (held: Server | null = null) => new FastExpressAdapter(held);

/**
 * Everything a request passes before Nest's router. `main.ts` and the tests call this, so both run one and
 * the same pipeline. `assets`, `views`: what pages are made of; tests start many applications and make it once.
 */
export function configureApp(
  app: INestApplication,
  adapter: FastExpressAdapter,
  { assets, views } = pageParts(app.get(AppConfig)),
): void {
  const config = app.get(AppConfig);
  const trusts = trustedProxies(config.trustProxy);
  adapter.app.set('etag', false);
  adapter.app.set('x-powered-by', false);
  adapter.app.set('trust proxy', trusts);
  adapter.app.set('query parser', 'simple');
  installViews(adapter.app, views, config, app.get(FormOwners));
  app.get(HostPage).showWith(views);
  app.get(RequestRemarks).listenTo(adapter.remarks);
  app.use(exceptOurs(beginResponse));
  app.use(forwardedFor(trusts, app.get(Clock)));
  app.use(app.get(ApplicationHost).use);
  app.use(assets.serve);
  app.use(readBody(formLimits(app.get(ModulesContainer))));
  app.use(exceptHealth(app.get(SessionMiddleware).use));
  app.use(exceptHealth(app.get(PassportMiddleware).use));
}

type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/** On the hosts of applications, the headers of our own site are not ours to set. */
const exceptOurs =
  (middleware: Middleware): Middleware =>
  (request, response, next) =>
    ApplicationHost.isOurs(request) ? next() : middleware(request, response, next);

/** Health probes say something of the machine, whoever asks. */
const exceptHealth =
  (middleware: Middleware): Middleware =>
  (request, response, next) =>
    request.path.startsWith('/health/') ? next() : middleware(request, response, next);
