import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { OwnEndingsModule } from './app/endings.js';
import { OwnModule } from './app/own.module.js';
import { SITE } from './app/site.js';
import { AccountModule } from './account/account.module.js';
import { AuditModule } from './audit/audit.module.js';
import { SuspiciousRequestFilter } from './audit/suspicious-request.filter.js';
import { AuthModule } from './auth/auth.module.js';
import { SignInFirstFilter } from './auth/sign-in-first.filter.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { databaseConnection } from './database/database.module.js';
import { schema } from './schema.js';
import { ErrorPages } from './http/error-pages.js';
import { ErrorPagesFilter } from './http/error-pages.filter.js';
import { FormAddresses } from './http/form-addresses.js';
import { JsonRoutes } from './http/json-routes.js';
import { KnownRoutes } from './http/known-routes.js';
import { ForwardAuthModule } from './forward-auth/forward-auth.module.js';
import { KernelModule } from './kernel/kernel.module.js';
import { LinksModule } from './links/links.module.js';
import { OpsModule } from './ops/ops.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { StoreFailureFilter } from './ops/store-failure.filter.js';

/** The application: Gatehouse, and what a team builds on it, which is in `app/`. */
@Module({
  imports: [
    KernelModule,
    AuditModule,
    AuthModule,
    LinksModule,
    AccountModule,
    PasskeysModule,
    ForwardAuthModule,
    OpsModule,
    OwnEndingsModule,
    OwnModule,
  ],
  providers: [
    ErrorPages,
    FormAddresses,
    JsonRoutes,
    KnownRoutes,
    // Nest asks the last one first: the filter for everything stands on top.
    { provide: APP_FILTER, useClass: ErrorPagesFilter },
    { provide: APP_FILTER, useClass: StoreFailureFilter },
    { provide: APP_FILTER, useClass: SuspiciousRequestFilter },
    { provide: APP_FILTER, useClass: SignInFirstFilter },
  ],
})
export class AppModule {
  /** The application with its configuration and its database. */
  static with(config: AppConfig): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.with(config, SITE), databaseConnection(schema)] };
  }
}
