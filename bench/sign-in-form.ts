import { randomBytes } from 'node:crypto';
import type { Request } from 'autocannon';
import { PASSWORD } from './house.js';
import { personAt } from './household.js';

/**
 * What signs somebody in, each request as somebody else from somewhere else, and as a browser does from the page that
 * this server sends: with a secret of its own, where pages have one.
 */
export async function signInAs(people: readonly string[], url: string): Promise<() => Request> {
  const page = await (await fetch(`${url}/login`)).text();
  const hasSecret = page.includes('name="_csrf"');
  let turn = 0;
  return () => {
    const person = turn++ % people.length;
    return attempt(people[person] ?? '', PASSWORD, person, hasSecret);
  };
}

/** The same, but every other password is wrong. */
export function tryAs(people: readonly string[]): () => Request {
  let turn = 0;
  return () => {
    const person = turn++ % people.length;
    return attempt(people[person] ?? '', person % 2 === 0 ? PASSWORD : 'a password that is wrong', person);
  };
}

/** What signs in as one person after the other, always with a wrong password and from one address. */
export function tryFrom(address: string) {
  let turn = 0;
  return () => attemptFrom(address, personAt(turn++ % 1000).username, 'a password that is wrong');
}

/** Every person has an address of their own, as behind a proxy: no budget of attempts is used up. */
const attempt = (username: string, password: string, person: number, hasSecret = false): Request =>
  attemptFrom(`10.${person >> 16}.${(person >> 8) & 255}.${person & 255}`, username, password, hasSecret);

const attemptFrom = (address: string, username: string, password: string, hasSecret = false) => ({
  method: 'POST' as const,
  path: '/login',
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': address },
  body: new URLSearchParams({
    username,
    password,
    ...(hasSecret ? { _csrf: randomBytes(16).toString('base64url') } : {}),
  }).toString(),
});
