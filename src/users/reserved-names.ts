import { foldName, parseUsername, type Username, type UsernameProblem } from './username.js';
import { NAME_RESERVED } from './users.words.js';

/**
 * Names that look like the people who run a site, or like a part of it: whoever has one could write to others in its
 * name, and as an address in front of the site's domain some of them let their owner ask for certificates.
 */
const RESERVED: readonly (readonly [why: string, names: string])[] = [
  ['RFC 2142, mailboxes of a business', 'info marketing sales support'],
  ['RFC 2142, of network operations', 'abuse noc security'],
  ['RFC 2142, of services', 'postmaster hostmaster usenet news webmaster www uucp ftp'],
  [
    'CA/Browser Forum baseline requirements 3.2.2.4.4: who has it may ask for certificates',
    'admin administrator',
  ],
  ['accounts of systems', 'root system sysadmin sysop superuser superadmin operator daemon nobody'],
  [
    'who writes mails that nobody answers',
    'mail mailer-daemon mailerdaemon noreply no-reply no_reply no.reply',
  ],
  ['found by programs that look for their settings', 'autoconfig autodiscover isatap localhost wpad'],
  ['who people ask for help', 'help helpdesk moderator staff team'],
  ['everybody, or nobody in particular', 'anonymous everybody everyone guest'],
];

const KEYS: ReadonlySet<string> = new Set(RESERVED.flatMap(([, names]) => names.split(' ').map(foldName)));

/** Whether a name is for the people who run the site alone, in whatever spelling. @param key what names are compared by. */
export const isReserved = (key: string): boolean => KEYS.has(key);

/**
 * Reads a username that somebody chooses for themselves: as {@link parseUsername}, and none that is reserved. Those are
 * given on the command line and at `/setup`.
 */
export function parseChosenUsername(text: string): Username | UsernameProblem {
  const username = parseUsername(text);
  return 'key' in username && isReserved(username.key) ? { problem: NAME_RESERVED } : username;
}
