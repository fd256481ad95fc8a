import { join } from 'node:path';
import { z } from 'zod';
import { parseDuration, seconds } from '../kernel/durations.js';
import type { AppConfig, DatabaseConfig, RedisConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { wrongIn } from './connection-url.js';
import { absentDataKeyFile, dataKeyFile, dataKeys, dataKeysAgain } from './data-key-file.js';
import { isLoopbackHost } from './loopback.js';
import { mailBounce, mailFrom, mailSettings, smtpHelo } from './mail-settings.js';
import { fromProjectRoot } from './project-root.js';
import { publicUrl } from './public-url.js';
import { smtpUrl } from './smtp-url.js';
import { databaseUrl, redisServers, requireEncryptedStores } from './store-urls.js';
import { absentSecretFile, sessionSecrets } from './session-secrets.js';
import { trustProxy } from './trust-proxy.js';

/** How the environment is read. */
export interface Reading {
  /** Whether `DATA_DIR`, a session secret and a data key in it are made where none is configured and none is there. */
  readonly makes?: boolean;
  /** Where a variable that is set was set, in words. */
  readonly whereSet?: (name: string) => string;
}

/**
 * Parses the environment into the configuration. Relative paths count from the project's root.
 * @throws ConfigError naming the first variable that cannot be used.
 */
export function readEnvironment(
  env: NodeJS.ProcessEnv,
  { makes = true, whereSet = name => `${name} of the environment` }: Reading = {},
): AppConfig {
  const given = withoutBlanks(env);
  const parsed = Environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(firstProblem(parsed.error, env));
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
    dataKeys: dataKeys(keyVars),
    readDataKeysAgain: () => dataKeysAgain(keyVars),
    dataKeyFile: dataKeyFile(keyVars),
    newDataKeyFile: makes ? absentKey : null,
    whereSet: (name: string) => (given[name] === undefined ? null : whereSet(name)),
    trustProxy: vars.TRUST_PROXY,
    session: Object.freeze({
      idle: vars.SESSION_IDLE,
      lifetime: vars.SESSION_LIFETIME,
      rememberMe: vars.REMEMBER_ME,
      recentSignIn: vars.RECENT_SIGN_IN,
    }),
    mail: mailSettings(vars, { publicUrl: origin, production }),
    registration: vars.REGISTRATION ?? (production ? 'closed' : 'open'),
    passwordMinLength: vars.PASSWORD_MIN_LENGTH,
    cookieName: vars.COOKIE_NAME,
    appName: vars.APP_NAME,
    accentColor: vars.ACCENT_COLOR,
  });
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));

const anyDuration = (zeroAllowed: boolean) =>
  z.string().transform((text, context) => {
    const parsed = parseDuration(text);
    if (parsed !== null && (parsed > 0 || zeroAllowed)) return parsed;
    context.addIssue({ code: 'custom', message: 'malformed' });
    return z.NEVER;
  });

const duration = (fallback: string, zeroAllowed = false) =>
  z.string().default(fallback).pipe(anyDuration(zeroAllowed));

const name = (pattern: RegExp) => z.string().regex(pattern).default('gatehouse');

const Environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  PORT: wholeNumber(0, 65535).default(4000),
  HOST: z.string().optional(),
  PUBLIC_URL: publicUrl.optional(),
  DATA_DIR: z.string().default('data').transform(fromProjectRoot),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_POOL: wholeNumber(1, 1000).default(10),
  REDIS_URL: redisServers.optional(),
  REDIS_PREFIX: name(/^[\w.:-]{1,64}$/),
  DRAIN_DELAY: anyDuration(true).optional(),
  SESSION_SECRET: z.string().optional(),
  SESSION_SECRET_FILE: z.string().transform(fromProjectRoot).optional(),
  DATA_KEY_FILE: z.string().transform(fromProjectRoot).optional(),
  TRUST_PROXY: trustProxy.default(false),
  // Browsers want more of cookies whose names begin with `__Host-` and the like.
  COOKIE_NAME: name(/^(?!__)[\w-]{1,40}$/),
  SESSION_IDLE: duration('1h'),
  SESSION_LIFETIME: duration('24h'),
  REMEMBER_ME: duration('30d', true),
  RECENT_SIGN_IN: duration('10m'),
  SMTP_URL: smtpUrl.optional(),
  SMTP_HELO: smtpHelo,
  MAIL_FROM: mailFrom,
  MAIL_BOUNCE: mailBounce,
  REGISTRATION: z.enum(['open', 'invite', 'closed']).optional(),
  PASSWORD_MIN_LENGTH: wholeNumber(8, 128).default(15),
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

type Variables = z.infer<typeof Environment>;

/** What each variable takes, in the words of the start-up message. */
const TAKES: Readonly<Record<keyof Variables, string>> = {
  NODE_ENV: 'development, production or test',
  PORT: 'a port number from 0 to 65535',
  HOST: 'an address or host name to listen on',
  PUBLIC_URL: 'the origin people see, such as https://login.example.com, without a path',
  DATA_DIR: 'a folder',
  DATABASE_URL: 'sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
  DATABASE_POOL: 'a number of connections from 1 to 1000',
  REDIS_URL:
    'redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT; several nodes of a cluster, comma-separated; ' +
    'or redis+sentinel://HOST:PORT,HOST:PORT/NAME',
  REDIS_PREFIX: 'what keys in Redis begin with: 1 to 64 letters, digits, ".", "_", ":" or "-"',
  DRAIN_DELAY: 'a duration such as 5s, or 0',
  SESSION_SECRET: 'one or several secrets of at least 32 characters, comma-separated',
  SESSION_SECRET_FILE: 'a readable file that holds one or several secrets of at least 32 characters',
  DATA_KEY_FILE: 'a readable file that holds data keys, one a line, as ID:KEY',
  TRUST_PROXY: 'a number of hops from 1 to 9, or a comma-separated list of addresses, subnets or "loopback"',
  SESSION_IDLE: 'a duration such as 45m or 1h',
  SESSION_LIFETIME: 'a duration such as 8h or 24h',
  REMEMBER_ME: 'a duration such as 30d, or 0 to switch it off',
  RECENT_SIGN_IN: 'a duration such as 10m',
  SMTP_URL: 'smtp://USER:PASSWORD@HOST:PORT, smtps://… or outbox',
  SMTP_HELO: 'a host name such as login.example.com, or an address in square brackets such as [192.0.2.1]',
  MAIL_FROM: 'an address, or a name and an address in angle brackets',
  MAIL_BOUNCE: 'an address, such as postmaster@example.com',
  REGISTRATION: 'open, invite or closed',
  PASSWORD_MIN_LENGTH: 'a number from 8 to 128',
  COOKIE_NAME: 'what the names of cookies begin with: 1 to 40 letters, digits, "-" or "_", but no "__" first',
  APP_NAME: 'a name of 1 to 60 characters',
  ACCENT_COLOR: 'a colour such as #1a6b54',
};

/** Variables whose values are never repeated: they are secrets, or may hold a password. */
const HOLD_SECRETS = /^(SESSION_SECRET.*|SMTP_URL|DATABASE_URL|REDIS_URL)$/;

const isVariable = (name: string): name is keyof Variables => Object.hasOwn(TAKES, name);

function firstProblem(error: z.ZodError, env: NodeJS.ProcessEnv): string {
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

/** Over plain http a password crosses the network readable by everybody on the way (ASVS 12.2.1). */
function requireTlsInProduction(production: boolean, publicUrl: string): void {
  const { protocol, hostname } = new URL(publicUrl);
  if (!production || protocol === 'https:' || isLoopbackHost(hostname)) return;
  throw new ConfigError(
    `PUBLIC_URL takes an https origin in production, not ${JSON.stringify(publicUrl)}. ` +
      'Put a proxy that ends TLS in front, and set PUBLIC_URL to the address people type.',
  );
}
