/** What is wrong with an application as somebody wrote it down. */
export const NO_NAME =
  'An application’s name has 1 to 63 small letters, digits, dots, hyphens and underscores, and begins with a letter or digit.';
export const LABEL = 'A label has 1 to 60 characters.';
export const ORIGINS_NEEDED = 'It needs an origin at least, such as https://wiki.example.com.';
export const NO_ORIGIN = 'is no origin: write scheme and host alone, such as https://wiki.example.com.';
export const PLAIN_HTTP =
  'is reached over plain http. Anybody on the way could read the session, and browsers keep no safe cookie there: put ' +
  'TLS in front of it and write https. (http is taken for localhost alone.)';
export const NOBODY =
  'Say who may enter: groups, or everybody. There is no default, so that nothing is open by a slip.';
export const ONLY_WITH_EVERYBODY =
  '“Including registered” goes with “everybody” alone: say both, or name groups and say neither.';
export const STRENGTH = 'The strength is 1 (a password) or 2 (a second factor, too).';
export const PREFLIGHT = 'A preflight is "deny" or "pass".';
export const ACTIVITY = 'Activity is "all" or "navigation".';
export const METHOD = 'A method is written in capitals, such as GET.';
export const NO_PREFIX =
  'An open path has plain segments, such as /public: no percent sign, no "//", no segment that begins with a dot, no ' +
  '";", no slash at the end.';
export const TOO_MANY_GROUPS =
  'An application can be told of 900 characters of groups at most: proxies take no larger headers.';

export const noGroup = (name: string): string => `No group can be called ${JSON.stringify(name)}.`;

export const duration = (text: string): string =>
  `${JSON.stringify(text)} is no length of time: write one such as 10m, 8h or 30d, of 3650d at most.`;
