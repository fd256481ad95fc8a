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
const New = z.array(
  z.object({
    body: z.object({
      documentURL: text.optional(),
      effectiveDirective: text.optional(),
      blockedURL: text.optional(),
    }),
  }),
);

/** What is worth logging of a browser's report: three short texts, empty where the body is no report. */
export function readReport(body: unknown): { page: string; directive: string; blocked: string } {
  const old = Old.safeParse(body).data?.['csp-report'];
  const first = New.safeParse(body).data?.[0]?.body;
  return {
    page: withoutQuery(old?.['document-uri'] ?? first?.documentURL ?? ''),
    directive: old?.['violated-directive'] ?? first?.effectiveDirective ?? '',
    blocked: withoutQuery(old?.['blocked-uri'] ?? first?.blockedURL ?? ''),
  };
}

/** A query may hold a token of a mailed link. */
const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '');
