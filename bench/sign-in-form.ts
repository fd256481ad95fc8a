import type { Request } from 'autocannon';
import { PASSWORD } from './house.js';

/** What signs somebody in, each request as somebody else from somewhere else. */
export function signInAs(people: readonly string[]): () => Request {
  let turn = 0;
  return () => {
    const person = turn++ % people.length;
    return attempt(people[person] ?? '', PASSWORD, person);
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

/** Every person has an address of their own, as behind a proxy: no budget of attempts is used up. */
const attempt = (username: string, password: string, person: number): Request => ({
  method: 'POST',
  path: '/login',
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    'x-forwarded-for': `10.${person >> 16}.${(person >> 8) & 255}.${person & 255}`,
  },
  body: new URLSearchParams({ username, password }).toString(),
});
