import type { SmtpConfig } from './app-config.js';
import { type Parsed, parseConnectionUrl, parsedBy } from './connection-url.js';
import { isLoopbackHost } from './loopback.js';

/** `SMTP_URL`: where mails are handed over; `outbox`: into files. */
export const smtpUrl = parsedBy(parseSmtpUrl);

function parseSmtpUrl(text: string): Parsed<SmtpConfig | 'outbox'> {
  if (text === 'outbox') return { value: 'outbox' };
  const parsed = parseConnectionUrl(text, { schemes: ['smtp', 'smtps'] });
  if ('wrong' in parsed) return parsed;
  const { scheme, host, port, user, password, path } = parsed.value;
  if (path !== '') return { wrong: 'It takes no path.' };
  const implicitTls = scheme === 'smtps';
  return {
    value: Object.freeze({
      host,
      port: port ?? (implicitTls ? 465 : 587),
      implicitTls,
      loopback: isLoopbackHost(host),
      user,
      password,
    }),
  };
}
