import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { jsonRowsQuery, readJsonRows } from '../database/json-rows.js';
import { asUnavailable } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import { lockPerson } from '../users/lock-person.js';
import {
  type FoundSignIn,
  foundSignIn,
  joinedSignIn,
  SIGN_IN_COLUMNS,
  SIGN_IN_GOES_ON,
  type SignInColumns,
} from './joined-sign-in.js';

/**
 * Reads a sign-in once more whose session is not where it was: while one goes on with the next session, a store in another
 * place has lost the one before, and the database does not know yet.
 */
@Injectable()
export class SignInAgain {
  private readonly known = new WeakMap<FoundSignIn, Promise<FoundSignIn | null>>();
  private readonly query: string;

  constructor(
    private readonly transaction: Transaction,
    dataSource: DataSource,
  ) {
    this.query = jsonRowsQuery(dataSource, {
      columns: SIGN_IN_COLUMNS,
      from: `sign_ins p ${joinedSignIn('p.id')}`,
      key: 'p.id',
      where: SIGN_IN_GOES_ON,
    });
  }

  /**
   * The sign-in as it is when whoever renews it is done; null: it does not go on. Once for all who found the same row: many
   * ask at once, and again and again until a sign-in whose session is lost is known to be over. @throws Unavailable
   */
  once(id: string, found: FoundSignIn): Promise<FoundSignIn | null> {
    const known = this.known.get(found);
    if (known !== undefined) return known;
    const reading = this.read(id, found.person.id);
    this.known.set(found, reading);
    reading.catch(() => this.known.delete(found));
    return reading;
  }

  /** The same, each time anew: whoever renews it holds its person. @throws Unavailable */
  read(id: string, userId: string): Promise<FoundSignIn | null> {
    const work = async (manager: EntityManager) => {
      await lockPerson(manager, userId);
      const [row] = await readJsonRows<SignInColumns>(manager, this.query, [id]);
      return row === undefined ? null : foundSignIn(row);
    };
    return this.transaction.run(work).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  }
}
