import type { Application } from './application.js';
import type { AdmissionPolicy } from './admission.js';

/** What is known beside the applications. */
export interface Surroundings extends AdmissionPolicy {
  /** The groups there are, each with how many people are in it. */
  readonly groups: readonly { readonly name: string; readonly people: number }[];
  /** The sign-in's own origin. */
  readonly publicUrl: string;
  /** Whether proxies can ask anywhere: `GATE_LISTEN`. */
  readonly hasGate: boolean;
}

/** What is odd about some applications, each in a sentence that says what to do; none where nothing is. */
export function odditiesOf(applications: readonly Application[], around: Surroundings): readonly string[] {
  const general = around.hasGate
    ? []
    : ['GATE_LISTEN is not set: no proxy can ask, so nobody enters anything.'];
  return [
    ...general,
    ...applications.flatMap(application => odditiesIn(application, around)),
    ...sharedHosts(applications),
  ];
}

/** What is good to know of applications, and often cannot be otherwise; in sentences. */
export const remarksOn = (
  applications: readonly Application[],
  { publicUrl }: Pick<Surroundings, 'publicUrl'>,
): readonly string[] =>
  applications.flatMap(({ name, origins }) => [
    ...origins.filter(origin => isSibling(origin, publicUrl)).map(origin => `${name}: ${sibling(origin)}`),
    ...(origins.length > 1
      ? [`${name}: people enter each of its ${origins.length} addresses for itself.`]
      : []),
  ]);

/** Applications on one host name. Cookies know no ports: a browser sends each of them those of the others. */
function sharedHosts(applications: readonly Application[]): readonly string[] {
  const names = new Map<string, Set<string>>();
  for (const { name, origins } of applications)
    for (const origin of origins) {
      const { hostname } = new URL(origin);
      names.set(hostname, (names.get(hostname) ?? new Set()).add(name));
    }
  return [...names].flatMap(([hostname, shared]) =>
    shared.size === 1 ? [] : [togetherAt(hostname, [...shared].join(' and '))],
  );
}

function odditiesIn(application: Application, around: Surroundings): readonly string[] {
  const { name, origins, groups, admits } = application;
  const say = (sentence: string) => `${name}: ${sentence}`;
  return [
    ...origins.filter(origin => sameHost(origin, around.publicUrl)).map(origin => say(atSignIn(origin))),
    ...[...groups, ...application.told.groups].flatMap(group => oddGroup(group, around).map(say)),
    ...(admits === 'registered' && around.registrationOpen ? [say(ANYBODY)] : []),
    ...(admits !== 'groups' && groups.length > 0
      ? [say('it names groups, and lets everybody in all the same.')]
      : []),
    ...application.openPaths
      .filter(({ prefix, methods }) => prefix === '/' || methods.some(method => !READS.includes(method)))
      .map(({ prefix, methods }) =>
        say(`${prefix} is open to everybody for ${methods.join(', ')}: is that meant?`),
      ),
    ...(application.strength === 1 && application.tokens && admits === 'registered' ? [say(TOKENS)] : []),
  ];
}

const READS = ['GET', 'HEAD'];

const ANYBODY = 'anybody who registers may enter. With --everybody alone, only people in some group may.';

const TOKENS = 'whoever registers may make access tokens for it.';

const atSignIn = (origin: string): string =>
  `${origin} is the sign-in’s own address: whoever writes the application could take every session.`;

const togetherAt = (hostname: string, names: string): string =>
  `${names} are on one host name, ${hostname}: browsers send each of them the other’s cookies, so that whoever runs one can ` +
  'act for people in the other. Give each a host name of its own.';

const sibling = (origin: string): string =>
  `${origin} is a sibling of the sign-in: pages there can plant cookies of the parent domain. A domain of its own is safer.`;

function oddGroup(group: string, { groups }: Surroundings): readonly string[] {
  const found = groups.find(({ name }) => name === group);
  if (found === undefined) return [`there is no group ${group}. "group add ${group}" makes it.`];
  return found.people === 0 ? [`nobody is in the group ${group}.`] : [];
}

/** Ports do not tell sites apart where cookies are meant. */
const sameHost = (one: string, other: string): boolean => new URL(one).hostname === new URL(other).hostname;

/** Whether two hosts have the same parent, such as example.com: by name, which is a guess for `co.uk` and its like. */
function isSibling(one: string, other: string): boolean {
  const parentOf = (url: string) => new URL(url).hostname.split('.').slice(1).join('.');
  const parent = parentOf(one);
  return parent.includes('.') && parent === parentOf(other) && !sameHost(one, other);
}
