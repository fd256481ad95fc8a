import {
  BadRequestException,
  HttpException,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { FormFields, MAX_FORM, MAX_UNSAVED, notAForm } from './form-body.js';
import { MALFORMED, MULTIPART, NOT_JSON, tooManyBytes } from './http.words.js';
import { SuspiciousRequest } from './suspicious-request.js';

/** The largest JSON body that is read, in bytes. */
const MAX_JSON = 64 * 1024;

/** JSON, and the two kinds of report that browsers send of blocked content. */
const JSON_TYPES = new Set(['application/json', 'application/csp-report', 'application/reports+json']);

/**
 * Express middleware: reads a form or a JSON body into `request.body`. Strictly: a broken percent-sign or UTF-8 sequence, a
 * field sent twice or as an array, a name that would reach into a prototype are refused, because two
 * programs that read them differently are how checks are bypassed (ASVS 1.5.3, 15.3.6, 15.3.7).
 * @throws 400, 413 or 415 as HttpException, to `next`.
 */
export const readBody =
  (limitOf: (request: Request) => number) =>
  (request: Request, _response: Response, next: NextFunction): void => {
    const { method, headers } = request;
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return next();
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return next();
    bodyOf(request, limitOf).then(
      body => {
        request.body = body;
        next();
      },
      (error: unknown) => next(error instanceof HttpException ? error : new BadRequestException(MALFORMED)),
    );
  };

async function bodyOf(request: Request, limitOf: (request: Request) => number): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').toLowerCase();
  const [essence, ...parameters] = type.split(';').map(part => part.trim());
  if (request.headers['content-encoding'] !== undefined) throw notAForm();
  if (parameters.some(part => part.startsWith('charset=') && !/^charset="?utf-8"?$/.test(part)))
    throw notAForm();
  if (essence === 'application/x-www-form-urlencoded') return formOf(request, limitOf(request));
  if (JSON_TYPES.has(essence ?? '')) return parseJson(await read(request, MAX_JSON));
  if ((await read(request, MAX_FORM)).length === 0) return undefined;
  throw essence === 'multipart/form-data' ? new UnsupportedMediaTypeException(MULTIPART) : notAForm();
}

/** A form. That of the sign-in page may be larger by what waits in it for the sign-in, and by no more than that. */
async function formOf(request: Request, limit: number): Promise<FormFields> {
  const signsIn = /^\/(login|user)\/*$/i.test(request.path);
  const raw = await read(request, signsIn ? limit + MAX_UNSAVED : limit);
  if (raw.length > limit) {
    const [waiting = ''] = /(?<=^unsaved=|&unsaved=)[\w-]*/.exec(raw.toString('latin1')) ?? [];
    if (raw.length - Math.min(waiting.length, MAX_UNSAVED) > limit) throw tooLarge(request, limit);
  }
  return parseForm(raw);
}

async function read(request: Request, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(request, limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) throw new BadRequestException(MALFORMED);
    size += chunk.length;
    if (size > limit) throw tooLarge(request, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What still arrives of the body is thrown away, so that the answer reaches a client that is still sending. */
function tooLarge(request: Request, limit: number): PayloadTooLargeException {
  request.resume();
  return new PayloadTooLargeException(tooManyBytes(limit));
}

/** `application/x-www-form-urlencoded` as the URL Standard writes it, in UTF-8. */
function parseForm(raw: Buffer): FormFields {
  const fields = new FormFields();
  const pairs = decodeUtf8(raw).split('&');
  for (const pair of pairs.filter(text => text !== '')) {
    const cut = pair.includes('=') ? pair.indexOf('=') : pair.length;
    const name = decode(pair.slice(0, cut));
    if (!/^[A-Za-z_][\w.-]{0,63}$/.test(name) || name in fields) throw extraneous();
    fields[name] = decode(pair.slice(cut + 1));
  }
  return fields;
}

/** A field twice, an array, a name that reaches into a prototype: no page of ours sends that. */
const extraneous = () => new SuspiciousRequest(400, MALFORMED, 'malicious_extraneous', 'field');

/** A percent sign or a byte that begins no character. */
const undecodable = () => new SuspiciousRequest(400, MALFORMED, 'input_validation_fail', 'encoding');

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw undecodable();
  }
}

function decodeUtf8(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw undecodable();
  }
}

function parseJson(raw: Buffer): unknown {
  try {
    const parsed: unknown = JSON.parse(decodeUtf8(raw));
    if (!reachesIntoPrototype(parsed)) return parsed;
  } catch {
    // It is none, or too deep to be looked through: refused like what reaches too far.
  }
  throw new SuspiciousRequest(400, NOT_JSON, 'input_validation_fail', 'json');
}

/**
 * Whether a name anywhere in it reaches into a prototype. Looked for in what was parsed: a function that `JSON.parse` calls
 * for each value takes many times as long, and anybody may send as many values as a body holds.
 */
function reachesIntoPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(reachesIntoPrototype);
  return Object.entries(value).some(
    ([key, inner]) =>
      key === '__proto__' || key === 'constructor' || key === 'prototype' || reachesIntoPrototype(inner),
  );
}
