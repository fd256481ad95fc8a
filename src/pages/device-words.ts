import Bowser from 'bowser';

/** What somebody signs in with, as far as it says so itself. A program is what no person sits at: curl, a script. */
export type DeviceKind = 'computer' | 'phone' | 'tablet' | 'program';

/** "Firefox on Linux", from what a browser calls itself; an honest "Unknown browser" where it does not say. */
export const deviceInWords = (userAgent: string): string => deviceOf(userAgent).name;

/** A device in words, and of what kind it is. */
export function deviceOf(userAgent: string): { readonly name: string; readonly kind: DeviceKind } {
  if (userAgent === '') return { name: UNKNOWN, kind: 'program' };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const kind = KINDS[platform.type ?? ''] ?? 'program';
  const name = browser.name ?? '';
  if (name === '') return { name: userAgent.split(/[\s/]/)[0]?.slice(0, 40) ?? UNKNOWN, kind };
  return { name: os.name === undefined || os.name === '' ? name : `${name} on ${os.name}`, kind };
}

const UNKNOWN = 'Unknown browser';

/** By what Bowser calls them. */
const KINDS: Readonly<Record<string, DeviceKind>> = {
  desktop: 'computer',
  tv: 'computer',
  mobile: 'phone',
  tablet: 'tablet',
};
