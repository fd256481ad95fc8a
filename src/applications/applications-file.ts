import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import { digestOf } from '../crypto/secret-token.js';
import { codeOf } from '../kernel/error-words.js';
import { clashIn } from './clashes.js';
import { Definition } from './definition.js';
import { lineOfFault } from './json-fault.js';
import { lineOfPath, nameTwice } from './json-lines.js';
import { KnownApplications } from './known-applications.js';

const File = z.strictObject({ applications: z.array(Definition) });

/**
 * The applications of `APPLICATIONS_FILE`: JSON, `{ "applications": [ … ] }`, each as `Definition` has it. Where it is set,
 * the database's own do not count, and none of these is ever written there.
 */
export class ApplicationsFile {
  private known: { readonly applications: KnownApplications; readonly digest: string };

  /** @throws ConfigError that names the line. */
  constructor(readonly path: string) {
    this.known = read(path);
  }

  get applications(): KnownApplications {
    return this.known.applications;
  }

  /** Tells files apart: nodes with different ones would answer differently. */
  get digest(): string {
    return this.known.digest;
  }

  /** Reads the file once more. @returns how many there are. @throws ConfigError, and then nothing has changed. */
  reload(): number {
    this.known = read(this.path);
    return this.applications.all.length;
  }
}

function read(path: string) {
  const refuse = (reason: string): never => {
    throw new ConfigError(`APPLICATIONS_FILE ${JSON.stringify(path)}: ${reason}`);
  };
  const text = textOf(path, refuse);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse(`line ${lineOfFault(text)}: it is no JSON from there on.`);
  }
  const twice = nameTwice(text);
  if (twice !== null) return refuse(`line ${twice.line}: ${JSON.stringify(twice.name)} is there twice.`);
  const parsed = File.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const at = [...(issue?.path ?? []), ...unknown];
    const field = at.at(2);
    const where = `line ${lineOfPath(text, at)}${field === undefined ? '' : `, ${String(field)}`}`;
    return refuse(`${where}: ${issue?.message ?? ''}`);
  }
  const { applications } = parsed.data;
  const clash = clashIn(applications);
  if (clash !== null)
    return refuse(`line ${lineOfPath(text, ['applications', ...clash.at])}: ${clash.sentence}`);
  const sorted = applications.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return { applications: new KnownApplications(sorted, null), digest: digestOf(text).slice(0, 12) };
}

function textOf(path: string, refuse: (reason: string) => never): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    return refuse(`it cannot be read (${codeOf(error)}).`);
  }
}
