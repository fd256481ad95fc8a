import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { INestApplication, LoggerService, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app.module.js';
import { appOptions, configureApp, createAdapter } from '../../src/app.setup.js';
import type { AppConfig } from '../../src/config/app-config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { Site } from '../../src/config/site.js';
import { type PageParts, pageParts } from '../../src/pages/page-parts.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { HashCost } from '../../src/crypto/hash-cost.js';
import { PasswordHasher } from '../../src/crypto/password-hasher.js';
import { CreateAccount } from '../../src/credentials/create-account.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { Transaction } from '../../src/database/transaction.js';
import { confirmAddress } from '../../src/users/confirmed-address.js';
import { Clock } from '../../src/kernel/clock.js';
import { Groups } from '../../src/groups/groups.js';
import { Memberships } from '../../src/groups/memberships.js';
import type { Role } from '../../src/kernel/principal.js';
import { WelcomeModule } from '../../src/welcome/welcome.module.js';
import { comingAgain, MOST_TRIES } from './come-again.js';
import { FakeClock } from './fake-clock.js';
import { NODES_DATA_KEY } from './nodes-data-key.js';
import { PASSWORD } from './password.js';
import { Stored } from './stored.js';
import { putReadyFile, readyTemplate } from './ready-database.js';
import { CHOSEN, OwnStores, type StoreKind } from './stores.js';
import { Visitor } from './visitor.js';

export { PASSWORD };

/** The origin tests pretend to be on, whatever port they listen on. */
export const PUBLIC_URL = 'http://localhost:4000';

/** Hashing that costs next to nothing, for all tests that are not about its strength. */
const CHEAP = new HashCost(8, 1);

/** Hashes for all applications with cheap hashing, one after the other: threads take longer to start than to hash. */
class SharedHasher extends PasswordHasher {
  override onApplicationShutdown(): Promise<void> {
    return Promise.resolve();
  }

  end(): Promise<void> {
    return super.onApplicationShutdown();
  }
}
let hasher: SharedHasher | null = null;

/** Read and compiled once for all applications whose pages are made of the same; nobody edits a template meanwhile. */
const parts = new Map<string | null, PageParts>();

function sharedParts({ accentColor }: AppConfig): PageParts {
  const made = parts.get(accentColor) ?? pageParts({ accentColor, production: true });
  parts.set(accentColor, made);
  return made;
}

/** Gatehouse by itself: its tests are about that, wherever a team's own application leads people. */
const GATEHOUSE: Site = { home: '/welcome' };

/** What an application of a test is unlike others in. */
interface Differences {
  /** What `src/app/site.ts` says, where the test is about that; else it is as Gatehouse has it, with its welcome page. */
  readonly site?: Site;
  /** The stores, where the test is about some of their own. */
  readonly stores?: StoreKind;
  /** What a hash costs, where the test is about that. */
  readonly hashCost?: HashCost;
}

/** Everything the program logged, for tests that look into the log. */
export class LogRecorder implements LoggerService {
  readonly lines: { level: string; message: unknown; context: unknown }[] = [];

  log = (message: unknown, ...rest: unknown[]): void => this.add('log', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.add('warn', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => {
    this.add('error', message, rest);
    if (process.env['SHOW_ERRORS']) console.error(message, ...rest);
  };
  fatal = (message: unknown, ...rest: unknown[]): void => this.add('fatal', message, rest);

  /** The security events of one name, or all. */
  events(name?: string): Record<string, unknown>[] {
    return this.lines
      .map(({ message }) => message)
      .filter(
        (message): message is Record<string, unknown> => typeof message === 'object' && message !== null,
      )
      .filter(
        message => typeof message['event'] === 'string' && (name === undefined || message['event'] === name),
      );
  }

  private add(level: string, message: unknown, rest: unknown[]): void {
    this.lines.push({ level, message, context: rest.at(-1) });
  }
}

/** The application as `main.ts` runs it, on stores of its own (`TEST_STORES` says which), with a clock that tests move. */
export class TestApp {
  readonly clock = new FakeClock();
  readonly log = new LogRecorder();
  readonly dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-'));
  readonly config: AppConfig;
  app!: INestApplication;
  port = 0;

  private constructor(
    readonly stores: OwnStores,
    environment: Record<string, string>,
    private readonly hashCost: HashCost,
    private readonly site: Site,
  ) {
    const usual = { NODE_ENV: 'test', PUBLIC_URL, DATA_DIR: this.dataDir };
    this.config = readEnvironment({
      ...usual,
      ...withSecret(stores.environment, environment),
      ...environment,
    });
  }

  /**
   * Starts it.
   * @param modules feature modules as a team would add them.
   */
  static async start(
    environment: Record<string, string> = {},
    modules: Type[] = [],
    { stores: kind = CHOSEN, hashCost = CHEAP, site = GATEHOUSE }: Differences = {},
  ): Promise<TestApp> {
    const stores =
      known.get(environment['DATA_DIR'] ?? '') ??
      (await ('DATA_DIR' in environment ? OwnStores.make(kind) : readyStores(kind)));
    const test = new TestApp(stores, environment, hashCost, site);
    const { database } = test.config;
    if (database.kind === 'sqlite' && dirname(database.file) === test.dataDir)
      await putReadyFile(database.file);
    known.set(test.config.dataDir, stores.share());
    // Whoever names the folder may start another one on it: what is in the stores stays until the file is over.
    if ('DATA_DIR' in environment) stores.share();
    for (let tries = 1; ; tries += 1)
      try {
        await test.listen(modules);
        return test;
      } catch (error) {
        // Or its pool would still ask when the last test of the file is over.
        await (test.app as INestApplication | undefined)?.close().catch(() => undefined);
        if (!isTooLate(error) || tries === MOST_TRIES) throw error;
      }
  }

  /** Another visitor, with an empty cookie jar. */
  visitor(): Visitor {
    return new Visitor(this.port);
  }

  /** Creates an account, whose address is known to be its person's. */
  async person(username = 'ada', role: Role = 'user', email: string | null = null): Promise<string> {
    const id = await this.typedPerson(username, role, email);
    const at = { userId: id, address: email, at: this.clock.now() };
    await comingAgain(() => this.get(Transaction).run(manager => confirmAddress(manager, at)));
    return id;
  }

  /** Creates an account as an operator does: nobody has confirmed the address. */
  async typedPerson(username = 'ada', role: Role = 'user', email: string | null = null): Promise<string> {
    const wanted = { username, email, password: PASSWORD, role };
    const done = await comingAgain(() => this.get(CreateAccount).create(wanted, localOrigin('test')));
    if (done.outcome !== 'created') throw new Error(JSON.stringify(done));
    return done.user.id;
  }

  /** Puts somebody into a group, which is made where there is none. */
  async putInto(group: string, userId: string): Promise<void> {
    await comingAgain(() => this.get(Groups).add(group, localOrigin('test')));
    const change = { join: [group], leave: [] };
    const done = await comingAgain(() => this.get(Memberships).change(userId, change, localOrigin('test')));
    if (done.outcome !== 'changed') throw new Error(JSON.stringify(done));
  }

  /** A visitor who has signed in. */
  async signedIn(username = 'ada', fields: Record<string, string> = {}): Promise<Visitor> {
    const visitor = this.visitor();
    const answer = await visitor.arrive(username, PASSWORD, fields);
    if (answer.status !== 303) throw new Error(`Sign-in answered ${answer.status}: ${answer.body}`);
    return visitor;
  }

  get<T>(token: Type<T> | (abstract new (...args: never[]) => T)): T {
    return this.app.get(token as Type<T>);
  }

  /** What stands in the stores, past the program. */
  get stored(): Stored {
    return new Stored(this.stores, this.get(DataSource));
  }

  /** Rows of a statement on the test's database, with numbers as numbers whatever the driver makes of them. */
  async sql<T = Record<string, unknown>>(statement: string, parameters: unknown[] = []): Promise<T[]> {
    return this.stores.environment['DATABASE_URL'] === undefined
      ? this.get(DataSource).query<T[]>(statement, parameters)
      : this.stores.sql<T>(statement, parameters);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.stores.release();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async listen(modules: Type[]): Promise<void> {
    const pages = this.site === GATEHOUSE ? [WelcomeModule] : [];
    const builder = Test.createTestingModule({ imports: [AppModule.with(this.config), ...pages, ...modules] })
      .overrideProvider(Site)
      .useValue(this.site)
      .overrideProvider(Clock)
      .useValue(this.clock)
      .overrideProvider(HashCost)
      .useValue(this.hashCost);
    if (this.hashCost === CHEAP)
      builder.overrideProvider(PasswordHasher).useValue((hasher ??= new SharedHasher(CHEAP)));
    const module = await builder.compile();
    const adapter = createAdapter();
    this.app = module.createNestApplication(adapter, { ...appOptions, bufferLogs: false, logger: this.log });
    configureApp(this.app, adapter, sharedParts(this.config));
    await this.app.listen(0, '127.0.0.1');
    this.port = (this.app.getHttpServer().address() as AddressInfo).port;
  }
}

/** In production, other stores than SQLite need secrets that are configured. */
const withSecret = (stores: Readonly<Record<string, string>>, environment: Record<string, string>) =>
  environment['NODE_ENV'] !== 'production' || Object.keys(stores).length === 0
    ? stores
    : { SESSION_SECRET: 'the secret of every node of this test', DATA_KEY_FILE: NODES_DATA_KEY, ...stores };

/**
 * While the program is loaded and put together for the first time nobody listens to PostgreSQL: on a busy machine for longer
 * than a connection may take, and a start fails that would not the next time.
 */
const isTooLate = (error: unknown): boolean =>
  error instanceof ConfigError && error.message.includes('due to connection timeout');

const readyStores = async (kind: StoreKind): Promise<OwnStores> =>
  OwnStores.make(kind, undefined, kind.includes('postgres') ? await readyTemplate() : undefined);

/** Stores by `DATA_DIR`: an application that is started on another one's folder finds what that left. */
const known = new Map<string, OwnStores>();

afterAll(async () => {
  for (const stores of known.values()) await stores.remove();
  await hasher?.end();
});
