import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { NextFunction, Request, Response } from 'express';
import { accentStyles } from './accent-styles.js';
import { PROJECT_ROOT } from '../config/project-root.js';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  /** How it may be packed: not at all where compression gains nothing. */
  readonly encodings: readonly Encoding[];
  /** Packed when first asked for, on another thread: the start does not wait for it. */
  readonly packed: Map<Encoding, Promise<Buffer>>;
}

const PACK = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;
type Encoding = keyof typeof PACK;

/** Where `Accept-Encoding` has it, and not to say that it is not wanted (RFC 9110, section 12.5.3). */
const NAMED: Readonly<Record<Encoding, RegExp>> = {
  br: /\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i,
  gzip: /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i,
};

/** The best first. */
const ENCODINGS: readonly Encoding[] = ['br', 'gzip'];

/**
 * The files of `public/`, read once at start and served from memory under names that carry a hash of their
 * content, so browsers keep them for a year. Only what was there at start, with a known ending, can be asked
 * for: no path of the machine, no source and no listing is reachable (ASVS 13.4.3, 13.4.7).
 */
export class Assets {
  private readonly byUrl = new Map<string, Asset>();
  private readonly urls = new Map<string, string>();

  /** @param accentColor `#rrggbb`, or null for the built-in one. */
  constructor(accentColor: string | null) {
    const folder = join(PROJECT_ROOT, 'public');
    for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (TYPES[extname(entry)] === undefined) continue;
      const name = entry.split(sep).join('/');
      // Part of style.css.
      if (name === OWN_STYLE) continue;
      const content = readFileSync(join(folder, entry));
      this.add(name, whole(name, content, accentColor));
    }
  }

  /** The address of a file of `public/`, such as `style.css`. @throws where there is no such file. */
  url(name: string): string {
    const url = this.urls.get(name);
    if (url === undefined) throw new Error(`There is no file ${JSON.stringify(name)} in public/.`);
    return url;
  }

  /** Express middleware: answers requests below `/assets/`, passes on all others. */
  readonly serve = (request: Request, response: Response, next: NextFunction): void => {
    const asset = this.byUrl.get(request.path);
    if (asset === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    const accepted = String(request.headers['accept-encoding'] ?? '');
    const encoding = asset.encodings.find(name => NAMED[name].test(accepted)) ?? null;
    bodyOf(asset, encoding).then(body => {
      response.setHeader('Content-Type', asset.type);
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      response.setHeader('Vary', 'Accept-Encoding');
      if (encoding !== null) response.setHeader('Content-Encoding', encoding);
      response.setHeader('Content-Length', body.length);
      response.end(body);
    }, next);
  };

  private add(name: string, plain: Buffer): void {
    const ending = extname(name);
    const hash = createHash('sha256').update(plain).digest('hex').slice(0, 12);
    const url = `/assets/${name.slice(0, -ending.length)}-${hash}${ending}`;
    const packed = /^(text|image\/svg)/.test(TYPES[ending] ?? '');
    this.urls.set(name, url);
    this.byUrl.set(url, {
      type: TYPES[ending] ?? 'application/octet-stream',
      plain,
      encodings: packed ? ENCODINGS : [],
      packed: new Map(),
    });
  }
}

async function bodyOf({ plain, packed }: Asset, encoding: Encoding | null): Promise<Buffer> {
  if (encoding === null) return plain;
  const known = packed.get(encoding);
  if (known !== undefined) return known;
  const made = PACK[encoding](plain);
  packed.set(encoding, made);
  return made;
}

/** The styles of what a team builds on Gatehouse. */
const OWN_STYLE = 'app.css';

/** What is served under a name: two files have others put before them. */
function whole(name: string, own: Buffer, accentColor: string | null): Buffer {
  if (name === 'style.css') return wholeStyle(own, accentColor);
  return name === 'passkeys.js' ? Buffer.concat([passkeyLibrary(), own]) : own;
}

/** What asks browsers for passkeys, as its makers pack it for pages. */
function passkeyLibrary(): Buffer {
  const door = createRequire(import.meta.url).resolve('@simplewebauthn/browser');
  return readFileSync(join(dirname(door), '../dist/bundle/index.umd.min.js'));
}

/** One file instead of three: Pico as the base, our own rules, the accent colour, and what a team adds last. */
function wholeStyle(own: Buffer, accentColor: string | null): Buffer {
  const pico = createRequire(import.meta.url).resolve('@picocss/pico/css/pico.classless.min.css');
  const added = readFileSync(join(PROJECT_ROOT, 'public', OWN_STYLE));
  return Buffer.concat([readFileSync(pico), own, Buffer.from(accentStyles(accentColor)), added]);
}
