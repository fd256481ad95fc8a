import { type Parsed, parseConnectionUrl, parsedBy } from './connection-url.js';

/** `PUBLIC_URL`: scheme, host and port alone. A path would make two sites out of one origin (ASVS 3.5.4). */
export const publicUrl = parsedBy(parseOrigin);

/** Written as browsers write it: they send it as `Origin`, and it is compared with that. */
function parseOrigin(text: string): Parsed<string> {
  const parsed = parseConnectionUrl(text, { schemes: ['http', 'https'] });
  if ('wrong' in parsed) return parsed;
  const { user, password, path } = parsed.value;
  if (user !== null || password !== null || path !== '' || !URL.canParse(text))
    return { wrong: 'It takes no name, no password and no path.' };
  return { value: new URL(text).origin };
}
