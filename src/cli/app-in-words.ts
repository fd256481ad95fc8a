import { provedWithin } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { durationInWords } from '../pages/time-in-words.js';
import type { Cells } from './output.js';

/** An application for people at the command line, by what each line is about. */
export function inWords(application: Application): Readonly<Record<string, string>> {
  const { told } = application;
  const within = provedWithin(application);
  const tells = [
    'id and username',
    ...(told.name ? ['name'] : []),
    ...(told.email ? ['confirmed address'] : []),
  ];
  return {
    name: application.name,
    label: application.label,
    at: application.origins.join(', '),
    enters: whoEnters(application),
    strength: application.strength === 1 ? '1 (a password)' : '2 (a second factor, too)',
    recent: within === null ? 'however long ago' : `within ${durationInWords(within)}`,
    longest:
      application.longest === null ? 'as long as they are signed in' : durationInWords(application.longest),
    told: [
      ...tells,
      ...told.groups.map(group => `whether in ${group}`),
      ...(told.assertion ? ['all of it signed, too'] : []),
    ].join(', '),
    open: openInWords(application),
    preflight: application.preflight,
    activity: application.activity,
    tokens: application.tokens ? 'programs may come with access tokens' : 'none',
    session: application.ownSession ? 'it has one of its own' : 'ours alone',
  };
}

/** The same as a row of a list. */
export const cellsOf = (application: Application): Cells => ({
  application: application.name,
  at: application.origins.join(' '),
  enters: whoEnters(application),
  strength: String(application.strength),
});

function whoEnters({ admits, groups }: Application): string {
  const people = groups.length === 0 ? [] : [`people in ${groups.join(', ')}`];
  if (admits === 'groups') return people.join();
  return admits === 'registered' ? 'everybody, also who registered by themselves' : 'everybody';
}

const openInWords = ({ openPaths }: Application): string =>
  openPaths.map(({ methods, prefix }) => `${methods.join()} ${prefix}`).join('; ') || 'nothing';
