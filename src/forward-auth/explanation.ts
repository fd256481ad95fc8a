import { type AdmissionPolicy, isMeant, provedWithin } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import type { KnownApplications } from '../applications/known-applications.js';
import { isOpen } from '../applications/open-path.js';
import { durationInWords } from '../pages/time-in-words.js';
import { OURS } from './host-paths.js';
import { pathOf, type Question } from './question.js';

/** Somebody about whom it is asked. */
export interface Subject {
  readonly username: string;
  readonly groups: readonly string[];
  readonly disabled: boolean;
}

/** What an explanation is made of. */
export interface Asked {
  /** Null: no proxy would ask this. */
  readonly question: Question | null;
  readonly known: KnownApplications;
  readonly policy: AdmissionPolicy;
  /** Null: of nobody. */
  readonly subject: Subject | null;
  /** Where people sign in. */
  readonly publicUrl: string;
}

/** What the gate would answer, and why: sentences, one a line. */
export function explain({ question, known, policy, subject, publicUrl }: Asked): readonly string[] {
  if (question === null)
    return ['Refused: this is no address that a browser sends, or one that programs read in several ways.'];
  if (question.origin === publicUrl)
    return [
      `${publicUrl} is the sign-in itself: whoever comes is answered there, and no proxy asks about it.`,
    ];
  const application = known.at(question.origin);
  if (application === null)
    return [`Refused: no application is at ${question.origin}.`, nearest(known, question)];
  return [
    `${question.origin} is ${application.name} (${application.label}).`,
    ...(question.address.startsWith(OURS) ? [OWN_PATH] : []),
    ...openness(application, question),
    ...(subject === null ? nobody(application) : somebody(application, subject, policy)),
  ].filter(line => line !== '');
}

function nearest(known: KnownApplications, { origin }: Question): string {
  const host = origin.replace(/^\w+:\/\//, '');
  const other = known.originAt(host);
  if (other !== null && other !== origin) return `There is one at ${other}: another scheme or port.`;
  const all = known.all.flatMap(({ origins }) => origins);
  return all.length === 0
    ? 'There is no application at all: "app add" adds one.'
    : `There are: ${all.join(', ')}.`;
}

function openness(application: Application, { method, address }: Question): readonly string[] {
  const path = pathOf(address);
  if (isOpen(application.openPaths, method, path))
    return [`${method} ${path} is open to everybody: it goes on, with or without a session.`];
  const near = application.openPaths.find(({ prefix }) => prefix === '/' || path.startsWith(prefix));
  if (near === undefined) return [];
  return [
    `${path} is not open, though ${near.prefix} is: for ${near.methods.join(', ')}, by whole plain segments alone.`,
  ];
}

/** Where a proxy asks about it all the same, nobody can enter. */
const OWN_PATH =
  'Its proxy passes what is below /.gatehouse/ on to Gatehouse, and asks nobody. Where it does ask:';

const nobody = (application: Application): readonly string[] => [
  'Without a session: somebody who goes there is led to the sign-in, anything else is answered 401.',
  `May enter: ${meant(application)}.`,
  application.tokens ? 'A program with an access token for it goes on.' : '',
];

function somebody(
  application: Application,
  { username, groups, disabled }: Subject,
  policy: AdmissionPolicy,
): readonly string[] {
  if (disabled) return [`${username} is disabled: no session of theirs counts.`];
  if (!isMeant(application, groups, policy))
    return [`${username} may not enter: ${whyNot(application, groups)}.`];
  const within = provedWithin(application);
  return [
    `${username} may enter: ${why(application, groups)}.`,
    application.strength === 2 ? 'Their sign-in must have a second factor, else they are led to it.' : '',
    within === null
      ? ''
      : `To enter, they must have proved who they are within ${durationInWords(within)}, else they are asked for it.`,
  ];
}

function why({ admits, groups: wanted }: Application, groups: readonly string[]): string {
  const group = groups.find(name => wanted.includes(name));
  if (group !== undefined) return `they are in ${group}`;
  return admits === 'registered'
    ? 'everybody may'
    : 'everybody may who is in a group, or nobody can register';
}

function meant({ admits, groups }: Application): string {
  if (admits === 'groups') return `people in ${groups.join(' or ')}`;
  return admits === 'registered'
    ? 'everybody'
    : 'everybody, where anybody may register everybody in some group';
}

function whyNot({ admits, groups: wanted }: Application, groups: readonly string[]): string {
  const are = groups.length === 0 ? 'are in no group' : `are in ${groups.join(', ')}`;
  if (admits === 'groups') return `it is for people in ${wanted.join(' or ')}, and they ${are}`;
  return `anybody may register here, so it is for people in some group, and they ${are}`;
}
