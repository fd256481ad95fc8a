import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import type { MailConfig } from './app-config.js';

/** `MAIL_FROM`: an address, or a name and an address in angle brackets. */
export const mailFrom = z
  .string()
  .regex(/^([^<>@\p{Cc}"]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u)
  .optional();

/** `MAIL_BOUNCE`: an address, with its domain as the envelope writes it. */
export const mailBounce = z
  .string()
  .regex(/^[^\s<>@\p{Cc}]+@[^\s<>@\p{Cc}]+$/u)
  .transform(asciiDomain)
  .optional();

/** `SMTP_HELO`: a host name, or an address of this machine in square brackets (RFC 5321 4.1.3). */
export const smtpHelo = z
  .string()
  .refine(
    text => /^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(text) || isLiteral(text),
  )
  .optional();

/** What the environment says about mails. */
export interface MailVariables {
  readonly SMTP_URL?: MailConfig['smtp'] | undefined;
  readonly SMTP_HELO?: string | undefined;
  readonly MAIL_FROM?: string | undefined;
  readonly MAIL_BOUNCE?: string | undefined;
  readonly APP_NAME: string;
}

/** What the rest of the environment says. */
export interface MailSurroundings {
  readonly publicUrl: string;
  readonly production: boolean;
}

/**
 * Where mails go and from whom; what is not set comes from the public address. In production files are nobody's mail
 * unless somebody asked for them.
 */
export function mailSettings(vars: MailVariables, { publicUrl, production }: MailSurroundings): MailConfig {
  const { hostname } = new URL(publicUrl);
  const from = vars.MAIL_FROM ?? `${vars.APP_NAME.replaceAll(/[<>"@,]/g, '')} <no-reply@${hostname}>`;
  return Object.freeze({
    smtp: vars.SMTP_URL ?? (production ? null : 'outbox'),
    helo: vars.SMTP_HELO ?? heloOf(hostname),
    from,
    bounce: vars.MAIL_BOUNCE ?? addressIn(from),
  });
}

/** The address that stands in `Name <address>` or alone, as the envelope writes it. */
export const addressIn = (from: string): string => asciiDomain(/<([^<>]+)>$/.exec(from)?.[1] ?? from);

/**
 * People's name of the site is a name that leads to it, which the machine's own often is not. An address goes
 * into brackets (RFC 5321 4.1.3).
 */
function heloOf(hostname: string): string {
  if (isIPv4(hostname)) return `[${hostname}]`;
  return hostname.startsWith('[') ? `[IPv6:${hostname.slice(1)}` : hostname;
}

function isLiteral(text: string): boolean {
  const inside = /^\[(.+)\]$/.exec(text)?.[1] ?? '';
  return isIPv4(inside) || (/^IPv6:/i.test(inside) && isIPv6(inside.slice('IPv6:'.length)));
}

function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}
