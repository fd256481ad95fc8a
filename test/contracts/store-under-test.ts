import type { DataSource } from 'typeorm';
import { hours } from '../../src/kernel/durations.js';
import { RedisSessionStore } from '../../src/sessions/redis-session.store.js';
import { PasswordProof } from '../../src/sessions/proof.js';
import { SessionRow } from '../../src/sessions/session.entity.js';
import type { Session, SessionFacts, SessionStore } from '../../src/sessions/session-store.js';
import { SignInLookUp } from '../../src/sessions/sign-in-look-up.js';
import { SqlSessionStore } from '../../src/sessions/sql-session.store.js';
import { PersonLookUp } from '../../src/users/person-look-up.js';
import { Group } from '../../src/groups/group.entity.js';
import { GroupMember } from '../../src/groups/group-member.entity.js';
import { User } from '../../src/users/user.entity.js';
import { patient } from '../support/come-again.js';
import type { OpenStores } from './open-stores.js';

/** A store and what the contract needs to do to the people and the machine around it. */
export class StoreUnderTest {
  readonly store: SessionStore;
  private people = 0;

  constructor(readonly stores: OpenStores) {
    const { redis, dataSource, transaction, clock } = stores;
    this.store = patient(
      redis === null
        ? new SqlSessionStore(dataSource, transaction)
        : new RedisSessionStore({ redis, signIns: lookUpIn(dataSource), transaction, clock }),
    );
  }

  /** Whether sessions that have ended go by themselves, and nobody needs to sweep. */
  get forgets(): boolean {
    return this.stores.redis !== null;
  }

  /** Adds a person with the password hash {@link HASH}. @returns their id. */
  async addPerson(): Promise<string> {
    const id = `person-${(this.people += 1)}`;
    const names = { username: id, usernameKey: id, displayName: id, email: null, emailKey: null };
    const rest = { role: 'user', demo: false, createdAt: NOW, disabledAt: null } as const;
    const password = { passwordHash: HASH, passwordChangedAt: NOW };
    await this.manager.insert(User, { id, ...names, ...rest, ...password });
    return id;
  }
  /** What the database has of a session; null for none. */
  async joinedFacts(idHash: string): Promise<SessionFacts | null> {
    return this.manager.findOneBy(SessionRow, { idHash });
  }
  async putInto(groupName: string, userId: string): Promise<void> {
    await this.manager.insert(Group, { name: groupName, createdAt: NOW });
    await this.manager.insert(GroupMember, { groupName, userId, since: NOW });
  }
  async disable(id: string): Promise<void> {
    await this.manager.update(User, { id }, { disabledAt: NOW });
  }
  async setPasswordHash(id: string, passwordHash: string): Promise<void> {
    await this.manager.update(User, { id }, { passwordHash });
  }
  async remove(id: string): Promise<void> {
    await this.manager.delete(User, { id });
  }

  /** Which sessions the person has, as far as the store keeps that apart from them: away with it. */
  async loseIndex(id: string): Promise<void> {
    if (this.forgets) await this.stores.own.redis('DEL', `sessions-of:${id}`);
  }

  private get manager() {
    return this.stores.dataSource.manager;
  }
}

/** The look-up that a store in Redis works with. */
export const lookUpIn = (dataSource: DataSource): SignInLookUp =>
  new SignInLookUp(dataSource, new PersonLookUp(dataSource));

export const HASH = '$argon2id$of-the-contract';
export const NOW = Date.UTC(2026, 10, 23, 12);

let serial = 0;

/** A live session of somebody, each of another id. */
export function sessionOf(userId: string, changes: Partial<Session> = {}): Session {
  const name = `${(serial += 1)}`.padStart(43, 'h');
  return {
    idHash: name,
    publicId: `public-${name}`,
    userId,
    createdAt: NOW,
    authenticatedAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + hours(1),
    expiresAt: NOW + hours(24),
    remembered: false,
    amr: ['pwd'],
    ip: '2001:db8::7',
    userAgent: 'A browser "with" quotes; \u{1f600}',
    data: JSON.stringify({ csrf: 'x' }),
    ...changes,
  };
}

/** What the parts of the contract work with; another one for each test. */
export interface ContractTest {
  readonly test: StoreUnderTest;
  readonly store: SessionStore;
  /** Somebody with an account. */
  readonly ada: string;
  /** Inserts a live session. */
  inserted(changes?: Partial<Session>, userId?: string): Promise<Session>;
  /** The id hashes of somebody's live sessions. */
  namesOf(userId?: string): Promise<string[]>;
}

/** Options of {@link SessionStore.insert} as most sign-ins have them. */
export const USUAL = { cap: 20, replaces: null, proof: new PasswordProof(HASH) } as const;
