import { ConfigError } from './config-error.js';
import { isLoopbackHost } from './loopback.js';
import { type Parsed, parseConnectionUrl, parsedBy } from './connection-url.js';

/** `PUBLIC_URL`: scheme, host and port alone. A path would make two sites out of one origin (ASVS 3.5.4). */
export const publicUrl = parsedBy(parseOrigin);

/** Written as browsers write it: they send it as `Origin`, and it is compared with that. */
function parseOrigin(text: string): Parsed<string> {
  const parsed = parseConnectionUrl(text, { schemes: ['http', 'https'] });
  if ('wrong' in parsed) return parsed;
  const { user, password, path } = parsed.value;
  if (user !== null || password !== null || path !== '' || !URL.canParse(text))
    return { wrong: 'It takes no name, no password and no path.' };
  return { value: new URL(text).origin };
}

/** Over plain http a password crosses the network readable by everybody on the way (ASVS 12.2.1). */
export function requireTlsInProduction(production: boolean, publicUrl: string): void {
  const { protocol, hostname } = new URL(publicUrl);
  if (!production || protocol === 'https:' || isLoopbackHost(hostname)) return;
  throw new ConfigError(
    `PUBLIC_URL takes an https origin in production, not ${JSON.stringify(publicUrl)}. ` +
      'Put a proxy that ends TLS in front, and set PUBLIC_URL to the address people type.',
  );
}
