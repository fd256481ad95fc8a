import { type AdmissionPolicy, isMeant, provedWithin } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { hostNameOf } from '../applications/application-origin.js';
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
  /** Whether they must add a second factor before they are in at all. */
  readonly lacksFactor: boolean;
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
  const isOpenPath = isOpen(application.openPaths, question.method, pathOf(question.address));
  return [
    `${question.origin} is ${application.name} (${application.label}).`,
    question.address.startsWith(OURS) ? OWN_PATH : '',
    isOpenPath ? openness(question) : nearlyOpen(application, question),
    question.method === 'OPTIONS' ? preflight(application, isOpenPath) : '',
    ...(subject === null
      ? nobody(application, isOpenPath)
      : somebody({ application, subject, policy, isOpenPath })),
  ].filter(line => line !== '');
}

function nearest({ all }: KnownApplications, { origin }: Question): string {
  const origins = all.flatMap(application => application.origins);
  const other = origins.find(one => hostNameOf(one) === hostNameOf(origin));
  if (other !== undefined) return `There is one at ${other}: another scheme or port.`;
  return origins.length === 0
    ? 'There is no application at all: "app add" adds one.'
    : `There are: ${origins.join(', ')}.`;
}

const openness = ({ method, address }: Question): string =>
  `${method} ${pathOf(address)} is open to everybody: it goes on, with or without a session.`;

function nearlyOpen({ openPaths }: Application, { address }: Question): string {
  const path = pathOf(address);
  const near = openPaths.find(({ prefix }) => prefix === '/' || path.startsWith(prefix));
  if (near === undefined) return '';
  return `${path} is not open, though ${near.prefix} is: for ${near.methods.join(', ')}, by whole plain segments alone.`;
}

/** Browsers send no cookie with one (Fetch, section 3.3.5). */
function preflight(application: Application, isOpenPath: boolean): string {
  if (application.preflight === 'pass') return 'A CORS preflight goes on, and names nobody.';
  return isOpenPath ? '' : 'A CORS preflight, which carries no cookie, is answered 401: --preflight deny.';
}

/** Where a proxy asks about it all the same, nobody can enter. */
const OWN_PATH =
  'Its proxy passes what is below /.gatehouse/ on to Gatehouse, and asks nobody. Where it does ask:';

const nobody = (application: Application, isOpenPath: boolean): readonly string[] => [
  isOpenPath
    ? 'It is told of who is there by a session, and may enter.'
    : 'Without a session: somebody who goes there is led to the sign-in, anything else is answered 401.',
  `May enter: ${meant(application)}.`,
  application.tokens ? 'A program with an access token for it goes on.' : '',
];

/** Somebody who comes to an application. */
interface Coming {
  readonly application: Application;
  readonly subject: Subject;
  readonly policy: AdmissionPolicy;
  /** Whether it goes on, whoever they are. */
  readonly isOpenPath: boolean;
}

function somebody({ application, subject, policy, isOpenPath }: Coming): readonly string[] {
  const { username, groups, disabled, lacksFactor } = subject;
  const inVain = isOpenPath ? AS_NOBODY : '';
  if (disabled) return [`${username} is disabled: no session of theirs counts.`, inVain];
  if (!isMeant(application, groups, policy))
    return [`${username} may not enter: ${whyNot(application, groups)}.`, inVain];
  const within = provedWithin(application);
  return [
    `${username} ${lacksFactor ? NOT_YET : 'may enter'}: ${why(application, groups)}.`,
    lacksFactor ? inVain : '',
    application.strength === 2 ? (isOpenPath ? NAMED_IF_STRONG : LED_IF_WEAK) : '',
    within === null
      ? ''
      : `To enter, they must have proved who they are within ${durationInWords(within)}, else they are asked for it.`,
    application.tokens ? 'A program with an access token of theirs for it goes on.' : '',
  ];
}

const AS_NOBODY = 'What is open they get all the same, and it is not told who they are.';

const LED_IF_WEAK = 'Their sign-in must have a second factor, else they are led to it.';

const NAMED_IF_STRONG = 'Their sign-in must have a second factor, else it is not told who they are.';

const NOT_YET =
  'may not enter yet: everybody needs a second factor (SECOND_FACTOR), which they add as they sign in. Then they may';

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
