import { z } from 'zod';
import { isGroupName } from '../kernel/group-name.js';
import { days, type Duration, parseDuration, seconds } from '../kernel/durations.js';
import type { Application } from './application.js';
import { applicationOrigin } from './application-origin.js';
import {
  ACTIVITY,
  duration,
  LABEL,
  METHOD,
  noGroup,
  NO_NAME,
  NO_ORIGIN,
  NO_PREFIX,
  NOBODY,
  ONLY_WITH_EVERYBODY,
  ORIGINS_NEEDED,
  PLAIN_HTTP,
  PREFLIGHT,
  STRENGTH,
  TOO_MANY_GROUPS,
} from './applications.words.js';
import { isOpenPrefix, READING } from './open-path.js';

/**
 * So many characters of groups an application may be told at most: with the longest name and address it is told 2.5 kB then,
 * and headers of 4 kB break proxies.
 */
const MOST_TOLD = 900;

const Group = z.string().refine(isGroupName, { error: ({ input }) => noGroup(String(input)) });

const Origin = z.string().transform((text, context) => {
  const origin = applicationOrigin(text);
  if (origin !== 'no-origin' && origin !== 'plain-http') return origin;
  const sentence = origin === 'no-origin' ? NO_ORIGIN : PLAIN_HTTP;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} ${sentence}` });
  return z.NEVER;
});

/** Longer than anything here lives. */
const LONGEST = days(3650);

const lengthOf = (least: Duration) =>
  z
    .string()
    .nullish()
    .transform((text, context) => {
      if (text === undefined || text === null) return null;
      const parsed = parseDuration(text);
      if (parsed !== null && parsed >= least && parsed <= LONGEST) return parsed;
      context.addIssue({ code: 'custom', message: duration(text) });
      return z.NEVER;
    });

const OpenPathDefinition = z.strictObject({
  prefix: z.string().refine(isOpenPrefix, NO_PREFIX),
  methods: z
    .array(z.string().regex(/^[A-Z][A-Z-]{0,30}$/, METHOD))
    .min(1)
    .default([...READING]),
});

/** An application as somebody writes it down: in the file, or by options of the command line. */
export const Definition = z
  .strictObject({
    name: z.string().refine(isGroupName, NO_NAME),
    label: z
      .string()
      .regex(/^(?=.*\S)[^\p{Cc}\p{Cf}]{1,60}$/u, LABEL)
      .optional(),
    kind: z.literal('proxied').default('proxied'),
    origins: z
      .array(Origin)
      .min(1, ORIGINS_NEEDED)
      .transform(([first = '', ...others]): readonly [string, ...string[]] => [first, ...others]),
    groups: z.array(Group).default([]),
    everybody: z.boolean().default(false),
    includingRegistered: z.boolean().default(false),
    strength: z.union([z.literal(1), z.literal(2)], STRENGTH).default(1),
    // 0 says that it may be however long ago, also where two factors are asked for.
    recent: lengthOf(0),
    longest: lengthOf(seconds(1)),
    toldName: z.boolean().default(true),
    toldEmail: z.boolean().default(true),
    toldGroups: z
      .array(Group)
      .refine(groups => groups.join().length <= MOST_TOLD, TOO_MANY_GROUPS)
      .default([]),
    assertion: z.boolean().default(false),
    openPaths: z.array(OpenPathDefinition).default([]),
    preflight: z.enum(['deny', 'pass'], PREFLIGHT).default('deny'),
    activity: z.enum(['all', 'navigation'], ACTIVITY).default('all'),
    tokens: z.boolean().default(false),
    ownSession: z.boolean().default(false),
  })
  .refine(({ groups, everybody }) => everybody || groups.length > 0, { error: NOBODY, path: ['groups'] })
  .refine(({ includingRegistered, everybody }) => everybody || !includingRegistered, {
    error: ONLY_WITH_EVERYBODY,
    path: ['includingRegistered'],
  })
  .transform(
    ({
      label,
      everybody,
      includingRegistered,
      toldName,
      toldEmail,
      toldGroups,
      assertion,
      ...rest
    }): Application => ({
      ...rest,
      label: label ?? rest.name,
      admits: everybody ? (includingRegistered ? 'registered' : 'everybody') : 'groups',
      told: { name: toldName, email: toldEmail, groups: [...new Set(toldGroups)], assertion },
    }),
  );

/** What somebody may write down. */
export type WrittenDown = z.input<typeof Definition>;
