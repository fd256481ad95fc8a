import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import type { ViewModel } from '../http/view-model.js';
import type { Views } from '../pages/views.js';

/** The pages that are shown on the hosts of applications. */
export type HostView =
  | 'gate/denied'
  | 'gate/expired'
  | 'gate/going'
  | 'gate/unavailable'
  | 'gate/refused'
  | 'gate/sign-out'
  | 'gate/own-window';

/** An answer on the host of an application. */
export interface HostAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Null: it has no body. */
  readonly page: { readonly view: HostView; readonly model?: ViewModel } | null;
}

const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * What every answer carries on the host of an application. None of our own site's beside: strict transport security, the
 * opener and the embedder policy and what is cleared are the application's to decide there.
 */
const HEADERS: readonly (readonly [string, string])[] = [
  // Of what has no page: a redirect or a refusal that is opened as one can do nothing, in no frame either.
  ['Content-Security-Policy', NOTHING],
  ['Cache-Control', 'no-store'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Robots-Tag', 'noindex'],
];

/** Views that may stand in a frame: they say how to get out of it, or when it will have something again. */
const FRAMED: readonly HostView[] = ['gate/expired', 'gate/own-window', 'gate/unavailable'];

/** Makes pages for the hosts of applications, and answers. */
@Injectable()
export class HostPage {
  private views: Views | null = null;

  constructor(private readonly config: AppConfig) {}

  /** Gives it the templates: once, when the application is set up. */
  showWith(views: Views): void {
    this.views = views;
  }

  /** Answers. @param withBody false for HEAD. */
  send(response: ServerResponse, { status, headers = {}, page }: HostAnswer, withBody = true): void {
    for (const [name, value] of HEADERS) response.setHeader(name, value);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.statusCode = status;
    if (page === null || this.views === null) return void response.end();
    const nonce = randomText(16);
    const html = this.views.render(page.view, { appName: this.config.appName, nonce, ...page.model });
    const framed = FRAMED.includes(page.view);
    const ancestors = framed ? '' : "; frame-ancestors 'none'";
    const policy = `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; form-action 'none'`;
    response.setHeader('Content-Security-Policy', policy + ancestors);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(html));
    response.end(withBody ? html : undefined);
  }
}
