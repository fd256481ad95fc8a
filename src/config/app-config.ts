import type { Duration } from '../kernel/durations.js';

/** The environment, read once at start, checked and frozen. Injected by this class everywhere. */
export abstract class AppConfig {
  abstract readonly production: boolean;
  abstract readonly listen: { readonly host: string; readonly port: number };
  /** The origin people see, without a trailing slash: cookies, mails and origin checks come from it. */
  abstract readonly publicUrl: string;
  /** Whether people reach the server over TLS, by `publicUrl`. */
  abstract readonly secure: boolean;
  /** An absolute path, as are all others here. */
  abstract readonly dataDir: string;
  abstract readonly database: DatabaseConfig;
  /** Where sessions and attempt budgets are kept; null: in the database. */
  abstract readonly redis: RedisConfig | null;
  /** Whether other nodes may work on the same stores: whatever they must agree on has to be configured. */
  abstract readonly manyNodes: boolean;
  /** How long a stopping node goes on answering while `/health/ready` already says 503. */
  abstract readonly drainDelay: Duration;
  /**
   * At the start: the first signs, all verify (key rotation, ASVS 13.3.4). `SecretRing` has those of now. Empty where
   * none is configured and none is there, in a program that makes none.
   */
  abstract readonly sessionSecrets: readonly string[];
  /** Reads the secrets once more, where they come from a file; makes none. @throws ConfigError */
  abstract readonly readSecretsAgain: () => readonly string[];
  /** The file of a session secret that was made for this start; null where none was. */
  abstract readonly newSecretFile: string | null;
  /** Where a variable was set, in words for the operator: "PUBLIC_URL of the environment"; null where it was not. */
  abstract readonly whereSet: (name: string) => string | null;
  /** What Express takes as `trust proxy`; false: nobody's `X-Forwarded-*` count. */
  abstract readonly trustProxy: false | number | string;
  /** What the names of all cookies begin with, behind `__Host-`. */
  abstract readonly cookieName: string;
  abstract readonly session: SessionConfig;
  abstract readonly mail: MailConfig;
  /** Who may create an account at `/register`. */
  abstract readonly registration: 'open' | 'invite' | 'closed';
  abstract readonly passwordMinLength: number;
  abstract readonly appName: string;
  /** A `#rrggbb` colour, or null for the built-in one. */
  abstract readonly accentColor: string | null;
}

/** Where people and events are kept, and sessions where there is no Redis. */
export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | ({ readonly kind: 'postgres' } & PostgresConfig);

/** A PostgreSQL database. */
export interface PostgresConfig {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, as `DATABASE_URL` gives it. */
  readonly url: string;
  /** The most connections this node opens. */
  readonly poolSize: number;
}

/** A Redis or Valkey server, the nodes of a cluster, or Sentinels that know where the server is. */
export interface RedisConfig {
  /** One URL; several: the cluster that these nodes belong to. With `sentinel`: those of the Sentinels. */
  readonly urls: readonly string[];
  /** Null where the URLs are of Redis itself. */
  readonly sentinel: SentinelConfig | null;
  /** What all our keys begin with. */
  readonly prefix: string;
}

/** What Sentinels are asked for. */
export interface SentinelConfig {
  /** The name under which they know the primary. */
  readonly name: string;
  /** How the primary is spoken to: a URL with its user, password and database. Its host is for the Sentinels to say. */
  readonly primary: string;
  /** Whether the primary must be on this machine: nothing is encrypted, in production. */
  readonly staysHere: boolean;
}

/** The clocks of a session; `docs/security.md` says why each has its value. */
export interface SessionConfig {
  readonly idle: Duration;
  readonly lifetime: Duration;
  /** Life of a remembered session; 0 switches the choice off. */
  readonly rememberMe: Duration;
  readonly recentSignIn: Duration;
}

/** Where mails go, and from whom. */
export interface MailConfig {
  /** Null: into files of `DATA_DIR/outbox`. */
  readonly smtp: SmtpConfig | null;
  /** What we call ourselves towards the SMTP server: a host name, or an address literal. */
  readonly helo: string;
  /** `Name <address>` or an address. */
  readonly from: string;
  /** The envelope's sender: the address that is told of mails which could not be delivered. */
  readonly bounce: string;
}

/** An SMTP server. */
export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`) rather than by STARTTLS. */
  readonly implicitTls: boolean;
  /** On this machine: the only place where a mail may go out without TLS. */
  readonly loopback: boolean;
  readonly user: string | null;
  readonly password: string | null;
}
