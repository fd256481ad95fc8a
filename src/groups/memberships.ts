import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { forUpdate } from '../database/locks.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { lockPerson } from '../users/lock-person.js';
import { Group } from './group.entity.js';
import { GroupChanges } from './group-changes.js';
import { GroupMember } from './group-member.entity.js';
import { moved } from './moves.js';

/** A group that somebody is in, and since when. */
export interface Membership {
  readonly name: string;
  readonly since: Instant;
}

/** Which groups somebody comes into, and which they leave. Who is there already, or never was, stays so. */
export interface MembershipChange {
  readonly join: readonly string[];
  readonly leave: readonly string[];
}

export type MembershipOutcome =
  /** `groups`: what they are in now, by name. */
  | { readonly outcome: 'changed'; readonly groups: readonly string[] }
  /** There is no such group; nothing was changed. */
  | { readonly outcome: 'unknown-group'; readonly name: string }
  /** Nobody has this id (any more). */
  | { readonly outcome: 'gone' };

/**
 * Who is in which group. It holds from a person's next request on: their sessions go on, and what they had by a group alone
 * ends with it.
 */
@Injectable()
export class Memberships {
  constructor(
    @InjectRepository(GroupMember) private readonly members: Repository<GroupMember>,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
    private readonly changes: GroupChanges,
  ) {}

  /** The groups that somebody is in, by name. @param within the transaction that sees them, if one does. */
  of(userId: string, within: EntityManager = this.members.manager): Promise<readonly Membership[]> {
    return membershipsOf(within, userId);
  }

  /** Changes somebody's groups, all of them or none. @throws Unavailable */
  async change(userId: string, change: MembershipChange, origin: RequestOrigin): Promise<MembershipOutcome> {
    const done = await this.transaction.run(async manager => {
      if ((await lockPerson(manager, userId)) === null) return { outcome: 'gone' } as const;
      const name = await unknownAmong(manager, [...change.join, ...change.leave]);
      if (name !== null) return { outcome: 'unknown-group', name } as const;
      const before = (await membershipsOf(manager, userId)).map(membership => membership.name);
      const joined = change.join.filter(group => !before.includes(group));
      const left = change.leave.filter(group => before.includes(group));
      const rows = joined.map(groupName => ({ groupName, userId, since: this.clock.now() }));
      if (rows.length > 0) await manager.insert(GroupMember, rows);
      if (left.length > 0) await manager.delete(GroupMember, { userId, groupName: In(left) });
      const ended = left.length > 0 ? await this.changes.end(manager, { groups: left, userId }) : [];
      const groups = [...before.filter(group => !left.includes(group)), ...joined].sort();
      return { outcome: 'changed', groups, joined, left, ended } as const;
    });
    if (done.outcome !== 'changed') return done;
    const joined = done.joined.map(group => moved('group_joined', userId, group));
    const left = done.left.map(group => moved('group_left', userId, group));
    await this.changes.record([...joined, ...left, ...done.ended], origin);
    return { outcome: 'changed', groups: done.groups };
  }
}

async function membershipsOf(manager: EntityManager, userId: string): Promise<readonly Membership[]> {
  const rows = await manager.findBy(GroupMember, { userId });
  const memberships = rows.map(({ groupName: name, since }) => ({ name, since }));
  // Databases sort texts each in its own way.
  return memberships.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A name that no group has; null where all are there, and then they stay until the transaction is over. */
async function unknownAmong(manager: EntityManager, names: readonly string[]): Promise<string | null> {
  // In one order, or two who change others' groups might wait for each other.
  const where = { name: In([...new Set(names)]) };
  const groups = await manager.find(Group, { where, order: { name: 'ASC' }, ...forUpdate(manager) });
  const known = new Set(groups.map(({ name }) => name));
  return names.find(name => !known.has(name)) ?? null;
}
