import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, type FindOptionsWhere, MoreThan, Repository } from 'typeorm';
import type { BatchedLookUp } from '../database/batched-look-up.js';
import { takeTurn } from '../database/locks.js';
import { isDuplicate } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { parseEmailAddress } from './email-address.js';
import { type NewUser, userOf } from './new-user.js';
import { noteSignInOf, type PastSignIns, pastSignInsOf } from './past-sign-ins.js';
import { signInLookUp } from './sign-in-look-up.js';
import { UsedName } from './used-name.entity.js';
import { User } from './user.entity.js';
import { foldName, type Username } from './username.js';

/** People a statement where everybody is listed. */
const PAGE = 500;

export type CreateOutcome =
  | { readonly outcome: 'created'; readonly user: User }
  /** Somebody has that name or address, or one that looks the same. */
  | { readonly outcome: 'taken' }
  /** Nobody has that name, but an application was told it once: it is never given again. */
  | { readonly outcome: 'used-up' }
  /** `onlyAsFirst` was asked for and somebody is there already. */
  | { readonly outcome: 'not-first' }
  /** `onlyIf` said no. */
  | { readonly outcome: 'not-allowed' };

/** The people who have an account. */
@Injectable()
export class UsersService {
  private readonly signingIn: Readonly<Record<'byUsername' | 'byEmail', BatchedLookUp<User>>>;

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
  ) {
    const dataSource = users.manager.connection;
    this.signingIn = {
      byUsername: signInLookUp(dataSource, 'username_key'),
      byEmail: signInLookUp(dataSource, 'email_key'),
    };
  }

  /**
   * The person who signs in under this username or e-mail address, with the password hash; null for nobody.
   * @throws Unavailable
   */
  findForSignIn(login: string): Promise<User | null> {
    return this.signingIn[login.includes('@') ? 'byEmail' : 'byUsername'].find(loginKey(login));
  }

  /** The person with this username or e-mail address; null for nobody. */
  findByLogin(login: string): Promise<User | null> {
    return this.users.findOneBy(whereLogin(login));
  }

  /** Whether a name can be given to somebody: nobody has it, and no application was ever told it. */
  async isFree({ key: usernameKey }: Username): Promise<boolean> {
    if (await this.users.existsBy({ usernameKey })) return false;
    return !(await this.users.manager.existsBy(UsedName, { usernameKey }));
  }

  /** Everybody, by name, some at a time: read as they are asked for. */
  async *everybody(): AsyncGenerator<readonly User[]> {
    const page = { order: { usernameKey: 'ASC' }, take: PAGE } as const;
    let people = await this.users.find(page);
    while (people.length > 0) {
      yield people;
      people = await this.users.find({
        ...page,
        where: { usernameKey: MoreThan(people.at(-1)?.usernameKey ?? '') },
      });
    }
  }

  /** Whether anybody has an account, demo accounts not counted. */
  async isAnybodyThere(): Promise<boolean> {
    return this.users.existsBy({ demo: false });
  }

  /** The usernames of the demo accounts that are there. */
  async demoUsernames(): Promise<readonly string[]> {
    const demos = await this.users.find({ where: { demo: true }, select: { username: true } });
    return demos.map(({ username }) => username);
  }

  /**
   * Creates an account.
   * @param onlyAsFirst create it only while nobody has one: two who try at once cannot both succeed.
   * @param onlyIf runs first in the same transaction; false: nothing is created.
   */
  async create(
    person: NewUser,
    {
      onlyAsFirst = false,
      onlyIf,
    }: { onlyAsFirst?: boolean; onlyIf?: (manager: EntityManager) => Promise<boolean> } = {},
  ): Promise<CreateOutcome> {
    const user = userOf(person, this.clock.now());
    try {
      return await this.transaction.run(async manager => {
        if (onlyAsFirst) {
          await takeTurn(manager, 'first account');
          if (await manager.existsBy(User, { demo: false })) return { outcome: 'not-first' } as const;
        }
        if (onlyIf !== undefined && !(await onlyIf(manager))) return { outcome: 'not-allowed' } as const;
        await manager.insert(User, user);
        // Afterwards: the insert may have waited for somebody of that name to go, who was told of in the meantime.
        if (await manager.existsBy(UsedName, { usernameKey: user.usernameKey })) throw new NameUsedUp();
        return { outcome: 'created', user } as const;
      });
    } catch (error) {
      if (isDuplicate(error)) return { outcome: 'taken' };
      if (error instanceof NameUsedUp) return { outcome: 'used-up' };
      throw error;
    }
  }

  /** The person with this id; null for nobody. */
  findById(id: string): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  /** The PHC string of somebody's password; null for none. */
  async passwordHashOf(id: string): Promise<string | null> {
    return (
      (await this.users.findOne({ where: { id }, select: { id: true, passwordHash: true } }))?.passwordHash ??
      null
    );
  }

  /** The sign-ins of somebody who is about to sign in, inside a transaction that keeps the account as it is. */
  signInsOf(manager: EntityManager, id: string): Promise<PastSignIns | null> {
    return pastSignInsOf(manager, id);
  }

  /** Notes a sign-in, inside a transaction. @param before what {@link signInsOf} gave in it. */
  noteSignIn(manager: EntityManager, { id }: PastSignIns, { ip, userAgent }: RequestOrigin): Promise<void> {
    return noteSignInOf(manager, id, { now: this.clock.now(), ip, userAgent });
  }

  /** Replaces a hash by a stronger one of the same password. @returns false where it is another one by now. */
  async strengthenHash(userId: string, from: string, to: string): Promise<boolean> {
    const done = await this.transaction.one(manager =>
      manager.update(User, { id: userId, passwordHash: from }, { passwordHash: to }),
    );
    return done.affected === 1;
  }
}

/** Undoes the transaction that would have given a name once more. */
class NameUsedUp extends Error {}

/** What all spellings of a login have in common, whether somebody has it or not. */
export const loginKey = (login: string): string =>
  (login.includes('@') ? parseEmailAddress(login)?.key : undefined) ?? foldName(login);

/** Usernames have no `@`, so one look tells which of the two somebody typed. */
const whereLogin = (login: string): FindOptionsWhere<User> =>
  login.includes('@') ? { emailKey: loginKey(login) } : { usernameKey: loginKey(login) };
