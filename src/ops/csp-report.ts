import { z } from 'zod';

const text = z.string().transform(value => value.slice(0, 300));

/** The older form, `application/csp-report`, and the newer one, `application/reports+json`. */
const Old = z.object({
  'csp-report': z.object({
    'document-uri': text.optional(),
    'violated-directive': text.optional(),
    'blocked-uri': text.optional(),
  }),
});
const New = z.object({
  body: z.object({
    documentURL: text.optional(),
    effectiveDirective: text.optional(),
    blockedURL: text.optional(),
  }),
});

/** What is worth logging of a browser's report: three short texts, empty where it is no such report. */
export interface CspReport {
  readonly page: string;
  readonly directive: string;
  readonly blocked: string;
}

/** So many of a batch are looked at: browsers send a few, and anybody can send as many as a body holds. */
const MOST_REPORTS = 100;

/**
 * The reports of a body: of `application/csp-report` one; of `application/reports+json` a batch, in which reports
 * of other things and what is malformed are left out.
 */
export const readReports = (body: unknown): readonly CspReport[] =>
  (Array.isArray(body) ? body.slice(0, MOST_REPORTS) : [body])
    .map(readReport)
    .filter(({ page, directive, blocked }) => page + directive + blocked !== '');

/** One report, in either form. */
export function readReport(report: unknown): CspReport {
  const old = Old.safeParse(report).data?.['csp-report'];
  const body = New.safeParse(report).data?.body;
  return {
    page: withoutQuery(old?.['document-uri'] ?? body?.documentURL ?? ''),
    directive: old?.['violated-directive'] ?? body?.effectiveDirective ?? '',
    blocked: withoutQuery(old?.['blocked-uri'] ?? body?.blockedURL ?? ''),
  };
}

/** A query may hold a token of a mailed link. */
const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '');
