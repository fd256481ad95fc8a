import { join } from 'node:path';
import { z } from 'zod';
import { seconds } from '../kernel/durations.js';
import type { AppConfig, DatabaseConfig, GateConfig, RedisConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { wrongIn } from './connection-url.js';
import { absentDataKeyFile, dataKeyFile, dataKeys, dataKeysAgain } from './data-key-file.js';
import { variableOf, withFiles } from './from-files.js';
import { gateListen } from './gate-listen.js';
import { mailBounce, mailFrom, mailSettings, smtpHelo } from './mail-settings.js';
import { fromProjectRoot } from './project-root.js';
import { publicUrl, requireTlsInProduction } from './public-url.js';
import { smtpUrl } from './smtp-url.js';
import { databaseUrl, redisServers, requireEncryptedStores } from './store-urls.js';
import { absentSecretFile, sessionSecrets } from './session-secrets.js';
import { anyDuration, duration, file, name, wholeNumber } from './variable-schemas.js';
import { gatePeers, trustProxy } from './trust-proxy.js';
import { TAKES } from './variables-in-words.js';

/** How the environment is read. */
export interface Reading {
  /** Whether `DATA_DIR`, a session secret and a data key in it are made where none is configured and none is there. */
  readonly makes?: boolean;
  /** Whether the file of data keys may hold none. */
  readonly keyless?: boolean;
  /** Where a variable that is set was set, in words. */
  readonly whereSet?: (name: string) => string;
}

/**
 * Parses the environment into the configuration. Relative paths count from the project's root.
 * @throws ConfigError naming the first variable that cannot be used.
 */
export function readEnvironment(
  env: NodeJS.ProcessEnv,
  { makes = true, keyless = false, whereSet = name => `${name} of the environment` }: Reading = {},
): AppConfig {
  const set = withoutBlanks(env);
  const given = withFiles(set);
  const parsed = Environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(firstProblem(parsed.error, given));
  const vars = parsed.data;
  const production = vars.NODE_ENV === 'production';
  const origin = vars.PUBLIC_URL ?? `http://localhost:${vars.PORT}`;
  requireTlsInProduction(production, origin);
  const database = databaseOf(vars);
  const redis = redisOf(vars, production);
  if (production) requireEncryptedStores(database, redis);
  const manyNodes = database.kind === 'postgres' || redis !== null;
  const mayGenerate = !(production && manyNodes);
  const absent = mayGenerate ? absentSecretFile(vars) : null;
  const secrets = (make: boolean) => sessionSecrets({ ...vars, mayGenerate, makes: make });
  const sessions = absent !== null && !makes ? [] : secrets(makes);
  const keyVars = { ...vars, mayGenerate, makes };
  const absentKey = absentDataKeyFile(keyVars);
  return Object.freeze({
    production,
    listen: Object.freeze({ port: vars.PORT, host: vars.HOST ?? (production ? '0.0.0.0' : '127.0.0.1') }),
    publicUrl: origin,
    secure: origin.startsWith('https:'),
    dataDir: vars.DATA_DIR,
    database,
    redis,
    manyNodes,
    drainDelay: vars.DRAIN_DELAY ?? (production && manyNodes ? seconds(5) : 0),
    sessionSecrets: sessions,
    // One that is gone is no reason to make another: everybody would be signed out.
    readSecretsAgain: () => secrets(false),
    newSecretFile: makes ? absent : null,
    dataKeys: dataKeys({ ...keyVars, mayHoldNone: keyless }),
    readDataKeysAgain: () => dataKeysAgain(keyVars),
    dataKeyFile: dataKeyFile(keyVars),
    newDataKeyFile: makes ? absentKey : null,
    whereSet: (name: string) => {
      const variable = variableOf(set, name);
      return variable === null ? null : whereSet(variable);
    },
    trustProxy: vars.TRUST_PROXY,
    gate: gateOf(vars),
    applicationsFile: vars.APPLICATIONS_FILE ?? null,
    session: Object.freeze({
      idle: vars.SESSION_IDLE,
      lifetime: vars.SESSION_LIFETIME,
      rememberMe: vars.REMEMBER_ME,
      recentSignIn: vars.RECENT_SIGN_IN,
    }),
    mail: mailSettings(vars, { publicUrl: origin, production }),
    registration: vars.REGISTRATION ?? (production ? 'closed' : 'open'),
    passwordMinLength: vars.PASSWORD_MIN_LENGTH,
    secondFactor: vars.SECOND_FACTOR ?? (production ? 'admins' : 'optional'),
    factorResetDelay: vars.FACTOR_RESET_DELAY,
    passwordBlocklistFile: vars.PASSWORD_BLOCKLIST_FILE ?? null,
    cookieName: vars.COOKIE_NAME,
    appName: vars.APP_NAME,
    accentColor: vars.ACCENT_COLOR,
  });
}

const Environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  PORT: wholeNumber(0, 65535).default(4000),
  HOST: z.string().optional(),
  PUBLIC_URL: publicUrl.optional(),
  DATA_DIR: z.string().default('data').transform(fromProjectRoot),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_URL_FILE: file,
  DATABASE_POOL: wholeNumber(1, 1000).default(10),
  REDIS_URL: redisServers.optional(),
  REDIS_URL_FILE: file,
  REDIS_PREFIX: name(/^[\w.:-]{1,64}$/),
  DRAIN_DELAY: anyDuration(true).optional(),
  SESSION_SECRET: z.string().optional(),
  SESSION_SECRET_FILE: file,
  DATA_KEY_FILE: file,
  TRUST_PROXY: trustProxy.default(false),
  GATE_LISTEN: gateListen.optional(),
  GATE_PEERS: gatePeers.default(['loopback']),
  APPLICATIONS_FILE: file,
  // Browsers want more of cookies whose names begin with `__Host-` and the like.
  COOKIE_NAME: name(/^(?!__)[\w-]{1,40}$/),
  SESSION_IDLE: duration('1h'),
  SESSION_LIFETIME: duration('24h'),
  REMEMBER_ME: duration('30d', true),
  RECENT_SIGN_IN: duration('10m'),
  SMTP_URL: smtpUrl.optional(),
  SMTP_URL_FILE: file,
  SMTP_HELO: smtpHelo,
  MAIL_FROM: mailFrom,
  MAIL_BOUNCE: mailBounce,
  REGISTRATION: z.enum(['open', 'invite', 'closed']).optional(),
  PASSWORD_MIN_LENGTH: wholeNumber(8, 128).default(15),
  SECOND_FACTOR: z.enum(['optional', 'admins', 'everybody']).optional(),
  FACTOR_RESET_DELAY: duration('24h'),
  PASSWORD_BLOCKLIST_FILE: file,
  APP_NAME: z
    .string()
    .max(60)
    .regex(/^[^\p{Cc}]+$/u)
    .default('Gatehouse'),
  ACCENT_COLOR: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .nullable()
    .default(null),
});

/** Every variable, as it was read. */
export type Variables = z.infer<typeof Environment>;

/** Variables whose values are never repeated: they are secrets, or may hold a password. */
const HOLD_SECRETS = /^(SESSION_SECRET.*|SMTP_URL|DATABASE_URL|REDIS_URL)$/;

const isVariable = (name: string): name is keyof Variables => Object.hasOwn(TAKES, name);

function firstProblem(error: z.ZodError, env: Readonly<Record<string, string>>): string {
  const [issue] = error.issues;
  const name = String(issue?.path[0] ?? '');
  if (!isVariable(name)) return `The environment cannot be read: ${error.message}`;
  const value = env[name] ?? '';
  const given = HOLD_SECRETS.test(name) || value.includes('@') ? '' : `, not ${JSON.stringify(value)}`;
  return `${name} takes ${TAKES[name]}${given}. ${wrongIn(issue)}`.trimEnd();
}

/** A variable set to nothing means "not set": compose files and CI systems write them so. */
function withoutBlanks(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value]],
    ),
  );
}

const gateOf = ({ GATE_LISTEN: listen, GATE_PEERS: peers }: Variables): GateConfig | null =>
  listen === undefined ? null : Object.freeze({ listen, peers });

function databaseOf(vars: Variables): DatabaseConfig {
  const address = vars.DATABASE_URL ?? { kind: 'sqlite', file: join(vars.DATA_DIR, 'gatehouse.sqlite') };
  return Object.freeze(address.kind === 'sqlite' ? address : { ...address, poolSize: vars.DATABASE_POOL });
}

function redisOf(
  { REDIS_URL: servers, REDIS_PREFIX: prefix }: Variables,
  production: boolean,
): RedisConfig | null {
  if (servers === undefined) return null;
  const { nodes, sentinel } = servers;
  if (sentinel === null) return Object.freeze({ nodes, sentinel, prefix });
  const staysHere = production && !sentinel.primary.tls;
  return Object.freeze({ nodes, sentinel: Object.freeze({ ...sentinel, staysHere }), prefix });
}
