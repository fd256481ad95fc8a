import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountModule } from './account/account.module.js';
import { AuditModule } from './audit/audit.module.js';
import { SuspiciousRequestFilter } from './audit/suspicious-request.filter.js';
import { AuthModule } from './auth/auth.module.js';
import { SignInFirstFilter } from './auth/sign-in-first.filter.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { databaseConnection } from './database/database.module.js';
import { entities } from './entities.js';
import { ErrorPages } from './http/error-pages.js';
import { ErrorPagesFilter } from './http/error-pages.filter.js';
import { KernelModule } from './kernel/kernel.module.js';
import { LinksModule } from './links/links.module.js';
import { OpsModule } from './ops/ops.module.js';
import { StoreFailureFilter } from './ops/store-failure.filter.js';
import { WelcomeModule } from './welcome/welcome.module.js';

/** The application. A team adds its own modules to `imports`, as `nest g resource` does by itself. */
@Module({
  imports: [KernelModule, AuditModule, WelcomeModule, AuthModule, LinksModule, AccountModule, OpsModule],
  providers: [
    ErrorPages,
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
    return { module: AppModule, imports: [ConfigModule.with(config), databaseConnection(entities)] };
  }
}
