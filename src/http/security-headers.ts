import type { ServerResponse } from 'node:http';

/**
 * What every response carries, pages and redirects, static files and errors alike. Each value is set
 * here and nowhere else; `docs/security.md` gives the reason and the standard behind each.
 */
export const CONSTANT_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['Strict-Transport-Security', 'max-age=63072000; includeSubDomains'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cross-Origin-Embedder-Policy', 'require-corp'],
  [
    'Permissions-Policy',
    'accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), ' +
      'geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), ' +
      'picture-in-picture=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=(), ' +
      'publickey-credentials-create=(self), publickey-credentials-get=(self)',
  ],
  ['X-Robots-Tag', 'noindex'],
];

/**
 * The policy of everything that is not a page: it may load nothing, run nothing, lead nowhere and be framed by nobody. No
 * `sandbox`: together with `Cross-Origin-Opener-Policy` it makes an answer that people go to an error (HTML, section 7.4.5),
 * and WebKitGTK shows what comes after such a redirect in another process, from which its driver comes back from no Back.
 */
export const CLOSED_POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What a page may beside what every page may. */
interface PageKind {
  /** Whether it is reached over https. */
  readonly secure: boolean;
  /** Whether it shows another page of this site in a frame. */
  readonly hasFrames: boolean;
}

/**
 * What a page carries beside: a policy that lets it load only its own files and run scripts with this response's
 * nonce, and where its violations are reported. Browsers take `Reporting-Endpoints` over https alone; over plain
 * http `report-to` would name nothing, and still silence `report-uri` (CSP 3, section 5.5).
 */
export const pageHeaders = (nonce: string, kind: PageKind): readonly (readonly [string, string])[] => [
  ['Content-Security-Policy', pagePolicy(nonce, kind)],
  ...(kind.secure ? ([['Reporting-Endpoints', 'csp="/csp-report"']] as const) : []),
];

const pagePolicy = (nonce: string, { secure, hasFrames }: PageKind): string =>
  `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; ` +
  `connect-src 'self'; ${hasFrames ? "frame-src 'self'; " : ''}` +
  "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; " +
  `require-trusted-types-for 'script'; ${secure ? 'report-to csp; ' : ''}report-uri /csp-report`;

/**
 * What HTML carries that is no page of ours and is shown in a frame of one: styles of its own, links that open
 * elsewhere, and nothing else. A document in a sandbox may not ask for a browsing context of its own (HTML, section 7.4.5).
 */
export const FRAMED_HEADERS: readonly (readonly [name: string, value: string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; " +
      'sandbox allow-popups allow-popups-to-escape-sandbox',
  ],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['Cross-Origin-Opener-Policy', 'unsafe-none'],
];

const ALL: readonly (readonly [string, string])[] = [
  ...CONSTANT_HEADERS,
  ['Content-Security-Policy', CLOSED_POLICY],
  ['Cache-Control', 'no-store'],
];

/** Sets the headers of a response that is not a page and may not be kept by any cache. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of ALL) response.setHeader(name, value);
}

/** The same headers as lines of a raw HTTP/1.1 head, for answers given before there is a response object. */
export const RAW_SECURITY_HEADERS = ALL.map(([name, value]) => `${name}: ${value}\r\n`).join('');
