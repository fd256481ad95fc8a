import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { BatchedLookUp } from '../database/batched-look-up.js';
import { asUnavailable } from '../database/store-failure.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, minutes, seconds } from '../kernel/durations.js';
import { answerLookUp } from './answer-look-up.js';
import { FORM_ANSWER_ROWS, type FormAnswer } from './form-answer.entity.js';
import type { FormName } from './form-name.js';

/** How long after its answer a form may come a second time. */
export const WINDOW: Duration = seconds(5);

/** What a form that did its work was answered with. */
export interface Answer {
  readonly location: string;
  readonly setCookies: readonly string[];
  /** The id hash of the session it was given in, which must still be there; null for a visitor. */
  readonly session: string | null;
}

/** An answer that is to be kept, and since when. */
interface Answered {
  readonly name: FormName;
  readonly answer: Answer | null;
  readonly at: Instant;
}

/** How long answers wait for others, to be kept with them: less than anybody needs for a second click. */
const TOGETHER: Duration = seconds(0.05);

/** What is known of a form that comes. */
export type Found =
  /** It is the first, or it was refused. */
  | { readonly kind: 'none' }
  /** It is on its way, wherever. */
  | { readonly kind: 'coming'; readonly at: Instant }
  /** It came before, with the same cookies. */
  | { readonly kind: 'same'; readonly at: Instant; readonly answer: Answer }
  /** It came before, with other cookies: perhaps the answer's own have arrived since. */
  | { readonly kind: 'other cookies'; readonly at: Instant; readonly answer: Answer };

/**
 * What forms were answered a moment ago, so that the second of two clicks is answered like the first, whichever process
 * either reaches. In the database, for five seconds and for each page's last form. Only answers that lead on are kept: a
 * form that was refused is looked at again each time.
 */
@Injectable()
export class FirstAnswers implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Clicks');
  private waiting: Answered[] = [];
  private timer: NodeJS.Timeout | null = null;
  /** Resolves when nothing is being written any more. */
  private writing: Promise<void> = Promise.resolve();
  private readonly rows: BatchedLookUp<FormAnswer>;

  constructor(
    dataSource: DataSource,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
    private readonly sweeper: Sweeper,
  ) {
    this.rows = answerLookUp(dataSource);
  }

  onModuleInit(): void {
    this.sweeper.add('form_answers', (now, most) =>
      this.transaction.deleteOld(FORM_ANSWER_ROWS, now - minutes(1), most),
    );
  }

  /** What is known of a form. @throws Unavailable */
  async find(name: FormName): Promise<Found> {
    const row = await this.rows.find(name.page);
    if (row?.fields !== name.fields || Math.abs(this.clock.now() - row.at) > WINDOW) return NONE;
    const { at } = row;
    // Its answer may have reached the browser before it was kept here: cookies tell nothing yet.
    if (row.answer === null) return { kind: 'coming', at };
    const answer = answerIn(name.open(row.answer, row.form));
    return answer === null ? NONE : { kind: row.form === name.form ? 'same' : 'other cookies', at, answer };
  }

  /**
   * Says that this form is on its way, in one statement: of many at once one may.
   * @param instead the instant of what is known of it and is of no use: it came to nothing, or what it was answered with is
   * no good any more; null for none.
   * @param within the transaction that does what the form is for: who comes second waits until that is over; without, its
   * own. @throws Unavailable, and within a transaction the driver's error
   */
  async claim(name: FormName, instead: Instant | null, within?: EntityManager): Promise<boolean> {
    const { page, form, fields } = name;
    const now = this.clock.now();
    const values = [page, form, fields, now, now - WINDOW, now + WINDOW, instead];
    const claim = (manager: EntityManager) => manager.query<readonly unknown[]>(CLAIM, values);
    const done =
      within === undefined ? this.transaction.one(claim, 'person', true).catch(rethrow) : claim(within);
    return (await done).length === 1;
  }

  /**
   * Keeps what a claimed form was answered with, together with those of the next moment, or it would cost each a
   * transaction; null: it was refused, and is as if it had never come. Never throws: where it cannot be kept, a second
   * click is taken for itself.
   */
  settle(name: FormName, answer: Answer | null): void {
    this.waiting.push({ name, answer, at: this.clock.now() });
    this.timer ??= setTimeout(() => void this.settled(), TOGETHER).unref();
  }

  /** Resolves when what was answered so far is kept, also what is being written already. */
  async settled(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    const answered = this.waiting;
    [this.timer, this.waiting] = [null, []];
    if (answered.length > 0)
      this.writing = Promise.all([this.writing, this.keep(answered)]).then(() => undefined);
    await this.writing;
  }

  onApplicationShutdown(): Promise<void> {
    return this.settled();
  }

  private async keep(answered: readonly Answered[]): Promise<void> {
    await this.transaction
      .run(async manager => {
        for (const one of answered) await manager.query(...statementOf(one));
      }, 'server')
      .catch((error: unknown) => this.logger.warn({ event: 'sys_answers_lost', reason: String(error) }));
  }
}

const NONE = { kind: 'none' } as const;

/** It does not begin with INSERT at the very front: the driver for SQLite gives no rows of what does. */
const CLAIM = `
  INSERT INTO form_answers (page, form, fields, at, answer) VALUES ($1, $2, $3, $4, NULL)
  ON CONFLICT (page) DO UPDATE SET form = excluded.form, fields = excluded.fields, at = excluded.at, answer = NULL
  WHERE form_answers.form <> excluded.form OR form_answers.at NOT BETWEEN $5 AND $6 OR form_answers.at = $7
  RETURNING page`;

/** What keeps an answer, or forgets the form. */
const statementOf = ({ name, answer, at }: Answered): [statement: string, values: unknown[]] =>
  answer === null
    ? [FORGET, [name.page, name.form]]
    : [KEEP, [name.seal(JSON.stringify(answer)), at, name.page, name.form]];

const KEEP = 'UPDATE form_answers SET answer = $1, at = $2 WHERE page = $3 AND form = $4';
const FORGET = 'DELETE FROM form_answers WHERE page = $1 AND form = $2';

function answerIn(text: string | null): Answer | null {
  if (text === null) return null;
  const answer: Answer = JSON.parse(text);
  return answer;
}

function rethrow(error: unknown): never {
  throw asUnavailable(error);
}
