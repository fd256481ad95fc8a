import { z } from 'zod';
import type { SmtpConfig } from './app-config.js';
import { isLoopbackHost } from './loopback.js';

/** `SMTP_URL`: where mails are handed over; null where it is not set. */
export const smtpUrl = z
  .string()
  .default('')
  .transform((text, context): SmtpConfig | null => {
    if (text === '') return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (
      url === null ||
      !/^smtps?:$/.test(url.protocol) ||
      url.hostname === '' ||
      url.search !== '' ||
      !isDecodable(url.username + url.password) ||
      url.pathname.length > 1
    ) {
      context.addIssue({ code: 'custom', message: 'malformed' });
      return z.NEVER;
    }
    const implicitTls = url.protocol === 'smtps:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return Object.freeze({
      host,
      port: url.port === '' ? (implicitTls ? 465 : 587) : Number(url.port),
      implicitTls,
      loopback: isLoopbackHost(host),
      user: url.username === '' ? null : decodeURIComponent(url.username),
      password: url.password === '' ? null : decodeURIComponent(url.password),
    });
  });

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
