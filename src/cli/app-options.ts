import type { Application, OpenPath } from '../applications/application.js';
import { PRESETS } from '../applications/presets.js';
import { READING } from '../applications/open-path.js';
import { durationText } from '../kernel/durations.js';

/** What `app add` and `app change` take. */
export interface AppOptions {
  readonly preset?: string;
  readonly label?: string;
  readonly origin?: readonly string[];
  readonly group?: readonly string[];
  readonly everybody?: boolean;
  readonly includingRegistered?: boolean;
  readonly strength?: string;
  readonly recent?: string;
  readonly longest?: string;
  /** False: none. */
  readonly tellGroup?: readonly string[] | false;
  readonly tellName?: boolean;
  readonly tellEmail?: boolean;
  /** False: none. */
  readonly open?: readonly string[] | false;
  readonly preflight?: string;
  readonly activity?: string;
  readonly assertion?: boolean;
  readonly ownSession?: boolean;
  readonly tokens?: boolean;
}

/** An application as somebody wrote it down by options; `Definition` looks at it. */
export function definitionOf(name: string, options: AppOptions): Readonly<Record<string, unknown>> {
  const { label, preflight, activity, everybody, includingRegistered, ownSession, assertion, tokens } =
    options;
  return {
    name,
    ...PRESETS[options.preset ?? '']?.rules,
    ...given({ label, preflight, activity, everybody, includingRegistered, ownSession, assertion, tokens }),
    origins: options.origin ?? [],
    groups: options.group ?? [],
    toldGroups: options.tellGroup || [],
    openPaths: (options.open || []).map(openPathIn),
    ...given({
      strength: numberIn(options.strength),
      toldName: options.tellName,
      toldEmail: options.tellEmail,
    }),
    recent: options.recent ?? null,
    longest: lengthIn(options.longest),
  };
}

/** The application as it is, with what the options say in place of what it has. */
export function changesIn(before: Application, options: AppOptions): Readonly<Record<string, unknown>> {
  const written = definitionOf(before.name, options);
  const named: Readonly<Record<string, unknown>> = {
    origins: options.origin,
    groups: options.group,
    toldGroups: options.tellGroup,
    openPaths: options.open,
    recent: options.recent,
    longest: options.longest,
  };
  const said = Object.entries(written).filter(([field]) => !(field in named) || named[field] !== undefined);
  return { ...asWritten(before), ...admitted(options), ...Object.fromEntries(said) };
}

/** Who may enter is said anew as a whole: groups take the place of everybody. */
const admitted = ({ group, everybody }: AppOptions) =>
  group === undefined && everybody === undefined
    ? {}
    : { groups: [], everybody: false, includingRegistered: false };

function asWritten({
  admits,
  told,
  recent,
  longest,
  ...rest
}: Application): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    everybody: admits !== 'groups',
    includingRegistered: admits === 'registered',
    toldName: told.name,
    toldEmail: told.email,
    toldGroups: told.groups,
    assertion: told.assertion,
    recent: recent === null ? null : durationText(recent),
    longest: longest === null ? null : durationText(longest),
  };
}

function openPathIn(text: string): OpenPath {
  const [, methods, prefix = text] = /^([^/:]+):(\/.*)$/.exec(text) ?? [];
  return { prefix, methods: methods === undefined ? READING : methods.split(',') };
}

const lengthIn = (text: string | undefined): string | null =>
  text === undefined || text === '0' ? null : text;

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

const given = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
