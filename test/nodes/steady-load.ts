import { setTimeout as pause } from 'node:timers/promises';
import type { Visitor } from '../support/visitor.js';

/** Between two requests of a person, in milliseconds: people do not hammer. */
const PAUSE = 5;

/** People who read a page and send a form, over and over. */
export class SteadyLoad {
  /** How often each answer came: `GET /session 200`, `POST /account 303`, `POST /account ECONNRESET`. */
  private readonly answers = new Map<string, number>();
  private over = false;
  private readonly all: Promise<unknown>;

  constructor(people: readonly Visitor[]) {
    this.all = Promise.all(people.map(person => this.keepAsking(person)));
  }

  /** Resolves after some more answers. */
  async goOn(more = 50): Promise<void> {
    const enough = this.total() + more;
    while (this.total() < enough) await pause(PAUSE);
  }

  /** Ends it. @returns how often each answer came. */
  async end(): Promise<Record<string, number>> {
    this.over = true;
    await this.all;
    return Object.fromEntries([...this.answers].sort());
  }

  private total(): number {
    return [...this.answers.values()].reduce((sum, count) => sum + count, 0);
  }

  private async keepAsking(person: Visitor): Promise<void> {
    const form = { display_name: 'Somebody', _csrf: await person.csrf() };
    while (!this.over) {
      await this.count('GET /session', person.get('/session'));
      await this.count('POST /account', person.post('/account', form));
      await pause(PAUSE);
    }
  }

  private async count(what: string, asked: Promise<{ status: number }>): Promise<void> {
    const answer = await asked.then(
      ({ status }) => String(status),
      (error: { code?: string }) => error.code ?? String(error),
    );
    const line = `${what} ${answer}`;
    this.answers.set(line, (this.answers.get(line) ?? 0) + 1);
  }
}
