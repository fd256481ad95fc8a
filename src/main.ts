import './process/present-folder.js';
import './process/early-hang-up.js';
import { once } from 'node:events';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import type { ApplicationsFile } from './applications/applications-file.js';
import { Catalogue } from './applications/catalogue.js';
import { appOptions, configureApp, createAdapter } from './app.setup.js';
import type { AppConfig, GateConfig } from './config/app-config.js';
import { loadConfig } from './config/load-config.js';
import { Sweeper } from './database/sweeper.js';
import { GateServer } from './forward-auth/gate-server.js';
import { MailWorker } from './mail/mail-worker.js';
import { DataKeyCheck } from './ops/data-key-check.js';
import { Readiness } from './ops/readiness.js';
import { explainFailure } from './process/explain-failure.js';
import { type HeldPort, holdPort } from './process/held-port.js';
import { GatehouseLogger, inert } from './process/logger.js';
import { reloadSecrets } from './process/reload-secrets.js';
import { stopInOrder } from './process/stop-in-order.js';

/** Starts the server and prints where it is. */
async function start(): Promise<void> {
  // What is created, the database and its logs included, is for this user only.
  process.umask(0o077);
  const { config, held } = await configured();
  const logger = new GatehouseLogger({ json: config.production });
  const adapter = createAdapter(held?.by);
  const app = await NestFactory.create(AppModule.with(config), adapter, {
    ...appOptions,
    logger,
    abortOnError: false,
  });
  if (config.newSecretFile !== null)
    logger.log(`Made a new session secret at ${JSON.stringify(config.newSecretFile)}.`, 'Gatehouse');
  if (config.newDataKeyFile !== null)
    logger.log(`Made a new data key at ${JSON.stringify(config.newDataKeyFile)}: keep a copy.`, 'Gatehouse');
  configureApp(app, adapter);
  const gate = await app.get(GateServer).listen();
  stopInOrder(app, logger, {
    leave: () => app.get(Readiness).leave(),
    finish: hurry => app.get(MailWorker).leave(hurry),
    beside: gate,
  });
  const { inFile } = app.get(Catalogue);
  reloadSecrets(app, logger, {
    dataKeys: () => app.get(DataKeyCheck).reload(),
    applications: inFile === null ? null : () => reloadApplications(inFile, app.get(Sweeper)),
  });
  await app.listen(config.listen.port, config.listen.host);
  if (config.gate !== null) logger.log(`Proxies ask at ${gateInWords(config.gate)}.`, 'Gatehouse');
  logger.log(`${config.appName} is at ${config.publicUrl} (${placesOf(config)}).`, 'Gatehouse');
}

/** Reads the file again, and notes from now on what it does not offer any more. @returns how many there are. */
function reloadApplications(file: ApplicationsFile, sweeper: Sweeper): number {
  const count = file.reload();
  void sweeper.sweep();
  return count;
}

/**
 * The configuration, once its port is seen to be free: a second start changes no database and offers no account. Where
 * it leaves the port open, with one that is kept for us, so that addresses have it.
 */
async function configured(): Promise<{ readonly config: AppConfig; readonly held: HeldPort | null }> {
  const config = loadConfig();
  const held = await holdPort(config.listen);
  if (config.listen.port !== 0) {
    // Whoever waits for the port to open waits until the server is ready.
    held.by.close();
    await once(held.by, 'close');
    return { config, held: null };
  }
  const { newSecretFile, newDataKeyFile } = config;
  return { config: { ...loadConfig({ port: held.port }), newSecretFile, newDataKeyFile }, held };
}

/** Where this process listens and what it works on: what tells nodes from one another. */
function placesOf({ listen, database, redis }: AppConfig): string {
  const address = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const stores = [
    database.kind === 'postgres' ? 'PostgreSQL' : 'SQLite',
    ...(redis === null ? [] : ['Redis']),
  ];
  return `listening on ${address}:${listen.port}, with ${stores.join(' and ')}`;
}

function gateInWords({ listen }: GateConfig): string {
  if ('socket' in listen) return listen.socket;
  return `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`;
}

start().catch((error: unknown) => {
  process.stderr.write(`${inert(explainFailure(error))}\n`);
  process.exit(1);
});
