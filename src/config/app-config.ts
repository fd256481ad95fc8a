import type { Duration } from '../kernel/durations.js';
import type { DataKey } from './data-key-file.js';
import type { GateListen } from './gate-listen.js';

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
  /**
   * At the start: the first seals what must last, all open. `DataKeys` has those of now. Empty where the file is not
   * there, in a program that makes none.
   */
  abstract readonly dataKeys: readonly DataKey[];
  /** Reads the data keys once more; makes none. @throws ConfigError */
  abstract readonly readDataKeysAgain: () => readonly DataKey[];
  /** The file the data keys stand in, whether it is there or not. */
  abstract readonly dataKeyFile: string;
  /** The file of a data key that was made for this start; null where none was. */
  abstract readonly newDataKeyFile: string | null;
  /** Where a variable was set, in words for the operator: "PUBLIC_URL of the environment"; null where it was not. */
  abstract readonly whereSet: (name: string) => string | null;
  /** Whose `X-Forwarded-*` count: nobody's, those of so many hops, or of these addresses, subnets and names of some. */
  abstract readonly trustProxy: TrustedProxies;
  /** Where proxies ask who may enter the applications behind them; null: nowhere. */
  abstract readonly gate: GateConfig | null;
  /** The file that names the applications; null: they stand in the database. */
  abstract readonly applicationsFile: string | null;
  /** What the names of all cookies begin with, behind `__Host-`. */
  abstract readonly cookieName: string;
  abstract readonly session: SessionConfig;
  abstract readonly mail: MailConfig;
  /** Who may create an account at `/register`, where there are mails. */
  abstract readonly registration: 'open' | 'invite' | 'closed';
  abstract readonly passwordMinLength: number;
  /** Of whom a second factor is asked: of nobody, of administrators (their role is in force with one only), of everybody. */
  abstract readonly secondFactor: 'optional' | 'admins' | 'everybody';
  /** How long after it was asked for a reset of somebody's factors takes effect. */
  abstract readonly factorResetDelay: Duration;
  /** The operator's own list of passwords that nobody may choose; null where there is none. */
  abstract readonly passwordBlocklistFile: string | null;
  abstract readonly appName: string;
  /** A `#rrggbb` colour, or null for the built-in one. */
  abstract readonly accentColor: string | null;
}

/** Nobody; so many hops; or addresses, subnets, and `loopback`, `linklocal` or `uniquelocal`. */
export type TrustedProxies = false | number | readonly string[];

/** Where proxies ask, and who may be one. */
export interface GateConfig {
  readonly listen: GateListen;
  /** Addresses, subnets, and names of some, as in `TRUST_PROXY`. Who comes through a Unix socket is asked for none. */
  readonly peers: readonly string[];
}

/** Where people and events are kept, and sessions where there is no Redis. */
export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | ({ readonly kind: 'postgres' } & PostgresConfig);

/** How the connection to PostgreSQL is encrypted; node-postgres checks a certificate in all modes but the first two. */
export type SslMode = 'disable' | 'no-verify' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** Where a PostgreSQL database is, as `DATABASE_URL` says it. */
export interface PostgresAddress {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Null: `PGUSER`, or the user who runs the program. */
  readonly user: string | null;
  /** Null: `PGPASSWORD`, or what stands in `~/.pgpass`. */
  readonly password: string | null;
  readonly database: string;
  readonly ssl: PostgresSsl;
  /** Settings for the session, as PostgreSQL's `options` takes them. */
  readonly options: string | null;
  readonly applicationName: string;
}

/** The encryption of a connection to PostgreSQL; paths are absolute. */
export interface PostgresSsl {
  /** Null: as `PGSSLMODE` says, but with a certificate named here it is checked. */
  readonly mode: SslMode | null;
  readonly rootCert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** A PostgreSQL database. */
export interface PostgresConfig extends PostgresAddress {
  /** The most connections this node opens. */
  readonly poolSize: number;
}

/** Where one Redis or Valkey server is. */
export interface RedisNode extends RedisLogin {
  readonly host: string;
  readonly port: number;
}

/** How a Redis or Valkey server is spoken to. */
export interface RedisLogin {
  readonly tls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly database: number;
}

/** A Redis or Valkey server, the nodes of a cluster, or Sentinels that know where the server is. */
export interface RedisConfig {
  /** One server; several: the cluster that these nodes belong to. With `sentinel`: the Sentinels. */
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  /** Null where the nodes are Redis itself. */
  readonly sentinel: SentinelConfig | null;
  /** What all our keys begin with. */
  readonly prefix: string;
}

/** What Sentinels are asked for. */
export interface SentinelConfig {
  /** The name under which they know the primary. */
  readonly name: string;
  /** How the primary is spoken to; where it is, the Sentinels say. */
  readonly primary: RedisLogin;
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
  /** "outbox": into files of `DATA_DIR/outbox`. Null: nowhere, and nothing that needs a mail is offered. */
  readonly smtp: SmtpConfig | 'outbox' | null;
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
