import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { PostgresSsl } from '../config/app-config.js';

/** What a pool is given for its clients, beside node-postgres' own. */
interface SslClientConfig extends pg.ClientConfig {
  readonly postgresSsl?: PostgresSsl;
}

/**
 * A connection that is encrypted as the configuration says. Certificates are read for each connection, so that those
 * which are renewed while a server runs are taken. @throws where one cannot be read
 */
export class SslClient extends pg.Client {
  constructor(config: SslClientConfig) {
    const { postgresSsl, password } = config;
    // node-postgres' pool hides the password from what copies its settings.
    super(postgresSsl === undefined ? config : { ...config, password, ...sslOf(postgresSsl) });
  }
}

/** Nothing, where the configuration says nothing: then `PGSSLMODE` counts. */
function sslOf({ mode, rootCert, cert, key }: PostgresSsl): pg.ClientConfig {
  if (mode === 'disable') return { ssl: false };
  if (mode === null && rootCert === null && cert === null && key === null) return {};
  return {
    ssl: {
      ...(rootCert === null ? {} : { ca: readFileSync(rootCert, 'utf8') }),
      ...(cert === null ? {} : { cert: readFileSync(cert, 'utf8') }),
      ...(key === null ? {} : { key: readFileSync(key, 'utf8') }),
      ...(mode === 'no-verify' ? { rejectUnauthorized: false } : {}),
    },
  };
}
