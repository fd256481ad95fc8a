import { userInfo } from 'node:os';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { ApplicationsModule } from '../applications/applications.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { localOrigin } from '../audit/security-event.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigModule } from '../config/config.module.js';
import { loadConfig } from '../config/load-config.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { databaseConnection } from '../database/database.module.js';
import { keysToPutBack } from '../database/needed-keys.js';
import { OwnEndingsModule } from '../app/endings.js';
import { SITE } from '../app/site.js';
import { ApplicationEndingsModule } from '../forward-auth/application-endings.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { schema } from '../schema.js';
import { KernelModule } from '../kernel/kernel.module.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { GatehouseLogger } from '../process/logger.js';
import { MailModule } from '../mail/mail.module.js';
import { PasskeyKindModule } from '../passkeys/passkey-kind.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { CommandFailed } from './command-failed.js';
import { explainStores } from './explain-stores.js';
import { openExisting, openOrMake } from './open-database.js';
import { say } from './output.js';

/** What commands need of the application: its services, without its pages; and of a team's, what ends with an account's. */
@Module({
  imports: [
    ApplicationEndingsModule,
    ApplicationsModule,
    AuditModule,
    CredentialsModule,
    GroupsModule,
    KernelModule,
    MailModule,
    OwnEndingsModule,
    PasskeyKindModule,
    RecoveryModule,
    RegistrationModule,
    SecondFactorModule,
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

  /** What the server says about its set-up when it starts, a command need not say every time; events it says. */
  override warn(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== 'Mail' || typeof message !== 'string') super.warn(message, ...rest);
  }
}

/** What a command does with an installation. */
export interface CommandOptions {
  /** Whether it makes an installation, its database and its secrets, where there is none. */
  readonly makes?: boolean;
  /** Whether it works without a data key that a row needs. */
  readonly lacksKeys?: boolean;
}

/**
 * Runs `work` with the application's services and closes the database afterwards.
 * @throws CommandFailed, ConfigError where there is no database, and the command makes none
 */
export async function withApplication<T>(
  work: (app: INestApplicationContext) => Promise<T>,
  { makes = false, lacksKeys = false }: CommandOptions = {},
): Promise<T> {
  const found = loadConfig({ makes: false });
  const database = await (makes ? openOrMake(found) : openExisting(found));
  try {
    if (!lacksKeys) await requireKeys(database, found, makes);
    const app = await applicationOn(database, makes ? loadConfig() : found);
    return await work(app).finally(() => app.close());
  } catch (error) {
    throw explainStores(error, database.options, found.redis);
  } finally {
    if (database.isInitialized) await database.destroy();
  }
}

/**
 * Not with other keys than the server's, as where `DATA_KEY_FILE` is set for that alone: what is written with them the server
 * cannot open, and its next start refuses. A command that finds none seals nothing.
 */
async function requireKeys(database: DataSource, config: AppConfig, makes: boolean): Promise<void> {
  const { dataKeys } = config;
  if (dataKeys.length === 0 && !makes) return;
  const ids = dataKeys.map(({ id }) => id);
  const missing = await keysToPutBack(database, config, ids);
  if (missing !== null) throw new CommandFailed(`${missing} Nothing was done.`);
}

function applicationOn(database: DataSource, config: AppConfig): Promise<INestApplicationContext> {
  if (config.newSecretFile !== null)
    say(`Made a new session secret at ${JSON.stringify(config.newSecretFile)}.`);
  if (config.newDataKeyFile !== null)
    say(`Made a new data key at ${JSON.stringify(config.newDataKeyFile)}: keep a copy.`);
  const imports = [ConfigModule.with(config, SITE), databaseConnection(schema, async () => database)];
  const logger = new CommandLogger({ json: config.production, stream: 'stderr' });
  return NestFactory.createApplicationContext(
    { module: CommandModule, imports },
    { logger, abortOnError: false },
  );
}

/** How the log names whoever types commands. */
export const operator = (): RequestOrigin => localOrigin(`command line, ${userName()}`);

/** Containers run programs as users whom their system does not know by name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
