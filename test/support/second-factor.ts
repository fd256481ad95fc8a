import { bytesOfBase32 } from '../../src/crypto/base32.js';
import { codeOf, periodAt } from '../../src/crypto/one-time-code.js';
import { seconds } from '../../src/kernel/durations.js';
import { PASSWORD } from './password.js';
import type { TestApp } from './test-app.js';
import type { Answer, Visitor } from './visitor.js';

/** The value of a hidden field of a page. */
export const fieldOf = ({ body }: Answer, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1]?.replaceAll('&#x3D;', '=') ?? '';

/** The secret that a page offers, as base32. */
export const secretOn = ({ body }: Answer): string =>
  /<code class="secret">([A-Z2-7 ]+)<\/code>/.exec(body)?.[1]?.replaceAll(' ', '') ?? '';

/** A phone with an authenticator app. */
export class Phone {
  constructor(
    private readonly test: TestApp,
    readonly secret: string,
  ) {}

  /** The code of the period that is so many after the present one. */
  code(later = 0): string {
    return codeOf(bytesOfBase32(this.secret), periodAt(this.test.clock.now()) + later);
  }

  /** A code that was not used yet: of the next period, once that has come. */
  fresh(): string {
    this.test.clock.pass(seconds(30));
    return this.code();
  }
}

/** Adds an authenticator for somebody who is signed in. */
export async function enrol(test: TestApp, visitor: Visitor): Promise<Phone> {
  const page = await visitor.get('/account/security/authenticator');
  const phone = new Phone(test, secretOn(page));
  const answer = await visitor.postForm('/account/security/authenticator', {
    pending: fieldOf(page, 'pending'),
    code: phone.code(),
  });
  if (answer.status !== 303)
    throw new Error(`Adding an authenticator answered ${answer.status}: ${answer.body}`);
  return phone;
}

/** Makes recovery codes for somebody who is signed in, and says that they are saved. */
export async function makeCodes(visitor: Visitor): Promise<readonly string[]> {
  const page = await visitor.get('/account/security/recovery-codes');
  const codes = [...page.body.matchAll(/<li><code>([0-9a-z]{5}-[0-9a-z]{5})<\/code>/g)].map(
    ([, code = '']) => code,
  );
  const saved = { pending: fieldOf(page, 'pending') };
  const answer = await visitor.postForm('/account/security/recovery-codes', saved);
  if (answer.status !== 303) throw new Error(`Saving codes answered ${answer.status}: ${answer.body}`);
  return codes;
}

/** Gives the right password, and gets to the second step. @returns the page's address. */
export async function toSecondStep(
  visitor: Visitor,
  username = 'ada',
  fields: Record<string, string> = {},
): Promise<string> {
  const answer = await visitor.arrive(username, PASSWORD, fields);
  if (!answer.location?.startsWith('/login/second-step?step='))
    throw new Error(`Sign-in answered ${answer.status} ${answer.location}`);
  return answer.location;
}

/** The handle of a step's page. */
export const stepOf = (page: string): string =>
  new URL(page, 'http://localhost').searchParams.get('step') ?? '';

/** Answers a second step. */
export const answerStep = (visitor: Visitor, page: string, fields: Record<string, string>): Promise<Answer> =>
  visitor.post('/login/second-step', { step: stepOf(page), ...fields });
