import Bowser from 'bowser';

/** "Firefox on Linux", from what a browser calls itself; an honest "Unknown browser" where it does not say. */
export function deviceInWords(userAgent: string): string {
  if (userAgent === '') return 'Unknown browser';
  const { browser, os } = Bowser.parse(userAgent);
  const name = browser.name ?? '';
  if (name === '') return userAgent.split(/[\s/]/)[0]?.slice(0, 40) ?? 'Unknown browser';
  return os.name === undefined || os.name === '' ? name : `${name} on ${os.name}`;
}
