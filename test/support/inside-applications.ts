import { Applications } from '../../src/applications/applications.js';
import { Definition, type WrittenDown } from '../../src/applications/definition.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { digestOf } from '../../src/crypto/secret-token.js';
import { AccessTokens } from '../../src/forward-auth/access-tokens.js';
import { Gate } from '../../src/forward-auth/gate.js';
import { Tickets } from '../../src/forward-auth/tickets.js';
import { days } from '../../src/kernel/durations.js';
import { comingAgain } from './come-again.js';
import type { TestApp } from './test-app.js';

const HERE = localOrigin('test');

/** Where an application of a test is. */
export const at = (name: string): string => `https://${name}.example.com`;

/** People inside applications, without a proxy: by tickets and tokens, as the gate knows them. */
export class InsideApplications {
  constructor(private readonly test: TestApp) {}

  async add(name: string, rules: Partial<WrittenDown>): Promise<void> {
    const wanted = Definition.parse({ name, origins: [at(name)], tokens: true, ...rules });
    const done = await comingAgain(() => this.test.get(Applications).add(wanted, HERE));
    if (done.outcome !== 'done') throw new Error(JSON.stringify(done));
  }

  async change(name: string, rules: Partial<WrittenDown>): Promise<void> {
    const wanted = Definition.parse({ name, origins: [at(name)], tokens: true, ...rules });
    const done = await comingAgain(() => this.test.get(Applications).change(name, () => wanted, HERE));
    if (done.outcome !== 'done') throw new Error(JSON.stringify(done));
  }

  async remove(name: string): Promise<void> {
    await comingAgain(() => this.test.get(Applications).remove(name, HERE));
  }

  /** The newest sign-in of somebody. */
  async signInOf(userId: string): Promise<string> {
    const rows = await this.test.sql<{ id: string }>(
      'SELECT id FROM sign_ins WHERE user_id = $1 AND ended_at IS NULL ORDER BY began_at DESC',
      [userId],
    );
    return rows[0]?.id ?? '';
  }

  async ticket(userId: string, name: string): Promise<string> {
    const passage = { signInId: await this.signInOf(userId), origin: at(name), browser: 'b', path: '/' };
    const issued = await comingAgain(() => this.test.get(Tickets).issue(passage));
    if (issued.outcome !== 'issued') throw new Error(issued.outcome);
    return issued.ticket;
  }

  spend(ticket: string, name: string) {
    return comingAgain(() => this.test.get(Tickets).spend({ ticket, origin: at(name), browsers: ['b'] }));
  }

  /** Begins a session there, whoever may. @returns what its cookie holds */
  async enter(userId: string, name: string): Promise<string> {
    const spent = await this.spend(await this.ticket(userId, name), name);
    if (spent.outcome !== 'welcome') throw new Error(spent.outcome);
    return spent.cookie;
  }

  /** Makes an access token of somebody, whoever may. */
  async token(userId: string, name: string, strength = 1): Promise<string> {
    const wanted = { userId, applicationName: name, name: `for ${name}`, strength, life: days(30) };
    const tokens = this.test.get(AccessTokens);
    const made = await comingAgain(() =>
      tokens.make({ ...wanted, methods: [], prefix: '' }, () => Promise.resolve(true)),
    );
    if (made.outcome !== 'made') throw new Error(made.outcome);
    return made.plain;
  }

  /** What the gate answers to a session's cookie. */
  async answerTo(cookie: string, name: string): Promise<string> {
    return this.ask(name, `__Host-gatehouse-app=${cookie}`, null);
  }

  /** What it answers to a token. */
  async answerToToken(token: string, name: string): Promise<string> {
    return this.ask(name, undefined, { digest: digestOf(token), inAuthorization: true });
  }

  /** What people have: each as `session PERSON APPLICATION` or `token PERSON APPLICATION`. */
  async had(): Promise<readonly string[]> {
    const sessions = await this.test.sql<{ username: string; origin: string }>(
      `SELECT DISTINCT u.username, a.origin FROM application_sessions a
       JOIN sign_ins i ON i.id = a.sign_in_id JOIN users u ON u.id = i.user_id`,
    );
    const tokens = await this.test.sql<{ username: string; name: string }>(
      `SELECT u.username, t.application_name AS name FROM access_tokens t JOIN users u ON u.id = t.user_id`,
    );
    return [
      ...sessions.map(({ username, origin }) => `session ${username} ${origin.slice(8, -12)}`),
      ...tokens.map(({ username, name }) => `token ${username} ${name}`),
    ].sort();
  }

  private async ask(
    name: string,
    cookies: string | undefined,
    token: { readonly digest: string; readonly inAuthorization: boolean } | null,
  ): Promise<string> {
    const question = { origin: at(name), address: '/', method: 'GET', destination: null };
    const asked = { ...question, cookies, token, asker: 'page' as const, isPreflight: false };
    return (await comingAgain(() => this.test.get(Gate).answer(asked))).answer;
  }
}
