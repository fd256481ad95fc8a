import type { Person } from '../../kernel/principal.js';
import { type Means, waysIn } from '../../second-factor/ways-in.js';
import type { RestingParts } from '../../throttle/resting.js';
import { confirmedAddress } from '../../users/confirmed-address.js';

/** What somebody has to sign in with. */
export interface OwnMeans {
  readonly means: Means;
  /** Recovery codes that are left. */
  readonly codes: number;
  readonly person: Pick<Person, 'email' | 'emailConfirmedAt'>;
  /** Whether a second factor is asked of them. */
  readonly mustHave: boolean;
  /** Whether they are asked for one when they sign in: also where they have none that works here. */
  readonly isAsked: boolean;
  /** Whether mails go out. */
  readonly mails: boolean;
}

/** A sentence on how somebody stands, and whether something should be done. */
export interface Advice {
  readonly sentence: string;
  readonly wanting: boolean;
}

/** What there is, and what happens if something of it is lost, in words. */
export function adviceOn(own: OwnMeans): readonly Advice[] {
  return [howOneSignsIn(own), ifLost(own), ifForgotten(own)].filter(advice => advice !== null);
}

/** What works in known browsers alone by now, and what ends that, in words. */
export function adviceOnRest({ password, codes }: RestingParts): readonly Advice[] {
  return [...(password ? [PASSWORD_RESTS] : []), ...(codes ? [CODES_REST] : [])].map(sentence => ({
    sentence,
    wanting: true,
  }));
}

const PASSWORD_RESTS =
  'After 100 wrong passwords in a row, yours works only in browsers in which you have signed in before, until you sign in from one of them.';
const CODES_REST =
  'After 100 wrong codes in a row, yours work only in browsers in which you have signed in before: somebody knows your password. Change it, and codes work everywhere again.';

function howOneSignsIn({ means, codes, mustHave, isAsked }: OwnMeans): Advice {
  const ways = waysIn(means).map(way => WAYS[way]);
  if (means.factors > 0) return { sentence: `You sign in with ${ways.join(', or with ')}.`, wanting: false };
  if (isAsked) return { sentence: codes > 0 ? NONE_WORKS_BUT_CODES : NONE_WORKS, wanting: true };
  return {
    sentence: mustHave
      ? 'You have no second factor yet, and this site asks you for one: until then you cannot do all that you may.'
      : 'You sign in with your password alone. Whoever learns it can do so, too: add a second factor.',
    wanting: true,
  };
}

/** Of who has passkeys of another host alone. */
const NONE_WORKS_BUT_CODES =
  'None of your second factors works here: you sign in with your password and a recovery code. Add a second factor anew.';
const NONE_WORKS =
  'None of your second factors works here, and you have no recovery code: add a second factor now, or you could never sign in again.';

const WAYS = {
  password: 'your password',
  'password-and-factor': 'your password and a second factor',
  passkey: 'a passkey alone',
} as const;

function ifLost({ means, codes }: OwnMeans): Advice | null {
  if (means.factors === 0) return null;
  if (!means.password) return ifLostAlone(means);
  // What is no passkey is an app, and that is on a phone.
  const hasApp = means.factors > means.alone;
  const [lost, passkeysLeft] = hasApp ? ['your phone', means.alone] : ['your passkey', means.alone - 1];
  const others = [
    ...(codes > 0 ? [codes === 1 ? 'one recovery code' : `${codes} recovery codes`] : []),
    ...(passkeysLeft > 0 ? [passkeysInWords(passkeysLeft, hasApp)] : []),
  ];
  if (others.length > 0)
    return { sentence: `If you lose ${lost}: ${others.join(', or ')}.`, wanting: codes < 3 };
  return {
    sentence: `If you lose ${lost}, nothing is left to sign in with: make recovery codes, or add another factor.`,
    wanting: true,
  };
}

function passkeysInWords(count: number, all: boolean): string {
  if (!all) return 'another passkey';
  return count === 1 ? 'your passkey' : 'one of your passkeys';
}

/** Codes and apps are shown beside a password, and help nobody who has none. */
function ifLostAlone({ alone }: Means): Advice {
  if (alone > 1) return { sentence: 'If you lose your passkey: another passkey.', wanting: false };
  return {
    sentence:
      'If you lose your passkey, nothing is left to sign in with: set a password, or add another passkey.',
    wanting: true,
  };
}

/** A password that is forgotten is set anew by a link, which goes to the address. */
function ifForgotten({ means, person, mails }: OwnMeans): Advice | null {
  if (!means.password)
    return { sentence: 'You have no password: set one, so that you have a second way in.', wanting: true };
  if (!mails)
    return {
      sentence: 'If you forget your password, only the people who run this site can help: it sends no mail.',
      wanting: false,
    };
  if (person.email === null)
    return {
      sentence: 'If you forget your password, no link can be sent to you: add an e-mail address.',
      wanting: true,
    };
  if (confirmedAddress(person) === null)
    return {
      sentence: 'If you forget your password, a link goes to an address that is not confirmed.',
      wanting: true,
    };
  return { sentence: `If you forget your password, a link goes to ${person.email}.`, wanting: false };
}
