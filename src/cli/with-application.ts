import { userInfo } from 'node:os';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { localOrigin } from '../audit/security-event.js';
import { ConfigModule } from '../config/config.module.js';
import { loadConfig } from '../config/load-config.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { databaseConnection } from '../database/database.module.js';
import { entities } from '../entities.js';
import { KernelModule } from '../kernel/kernel.module.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { GatehouseLogger } from '../logger.js';
import { MailModule } from '../mail/mail.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';

/** What commands need of the application: its services, without its pages. */
@Module({
  imports: [
    AuditModule,
    CredentialsModule,
    KernelModule,
    MailModule,
    RecoveryModule,
    RegistrationModule,
    SessionsModule,
    UsersModule,
  ],
})
class CommandModule {}

/** Events go to standard error, so that standard output holds what was asked for. */
class CommandLogger extends GatehouseLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === 'Security') super.log(message, ...rest);
  }

  /** What the server says about its set-up when it starts, a command need not say every time. */
  override warn(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== 'Mail') super.warn(message, ...rest);
  }
}

/** Runs `work` with the application's services and closes the database afterwards. */
export async function withApplication<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const module = {
    module: CommandModule,
    imports: [ConfigModule.with(config), databaseConnection(entities)],
  };
  const logger = new CommandLogger({ json: config.production, stream: 'stderr' });
  const app = await NestFactory.createApplicationContext(module, { logger, abortOnError: false });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** How the log names whoever types commands. */
export const operator = (): RequestOrigin => localOrigin(`command line, ${userInfo().username}`);
