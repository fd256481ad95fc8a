import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { forUpdate } from '../database/locks.js';
import { isDuplicate } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { isGroupName } from '../kernel/group-name.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Group } from './group.entity.js';
import { GroupChanges } from './group-changes.js';
import { GroupMember } from './group-member.entity.js';
import { moved } from './moves.js';

export type AddGroupOutcome = 'added' | 'no-name' | 'there-already';

export type RemoveGroupOutcome =
  /** `people`: how many were in it. */
  | { readonly outcome: 'removed'; readonly people: number }
  /** So many people are in it, and it was not to be removed with them. */
  | { readonly outcome: 'has-people'; readonly people: number }
  | { readonly outcome: 'unknown' };

/** A group as a list shows it. */
export interface ListedGroup {
  readonly name: string;
  readonly people: number;
  readonly createdAt: Instant;
}

/** The groups there are. */
@Injectable()
export class Groups {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
    private readonly changes: GroupChanges,
  ) {}

  /** Makes a group with nobody in it. @throws Unavailable */
  async add(name: string, origin: RequestOrigin): Promise<AddGroupOutcome> {
    if (!isGroupName(name)) return 'no-name';
    const group = { name, createdAt: this.clock.now() };
    try {
      await this.transaction.one(manager => manager.insert(Group, group));
    } catch (error) {
      if (isDuplicate(error)) return 'there-already';
      throw error;
    }
    const facts = { group: name };
    const made = { event: 'group_created', outcome: 'success', userId: null, session: null, facts } as const;
    await this.changes.record([made], origin);
    return 'added';
  }

  /**
   * Removes a group; whoever is in it is in it no more from their next request on, and what they had by it alone has ended.
   * @param withPeople also where somebody is in it. @throws Unavailable
   */
  async remove(name: string, withPeople: boolean, origin: RequestOrigin): Promise<RemoveGroupOutcome> {
    const done = await this.transaction.run(async manager => {
      // Whoever comes into it holds its row: they are there by now, or find no group.
      const group = await manager.findOne(Group, { where: { name }, ...forUpdate(manager) });
      if (group === null) return { outcome: 'unknown' } as const;
      const members = await manager.findBy(GroupMember, { groupName: name });
      const people = members.length;
      if (people > 0 && !withPeople) return { outcome: 'has-people', people } as const;
      await manager.delete(Group, { name });
      const ended = people === 0 ? [] : await this.changes.end(manager, { groups: [name], userId: null });
      return { outcome: 'removed', people, members, ended } as const;
    });
    if (done.outcome !== 'removed') return done;
    const { people, members, ended } = done;
    const left = members.map(({ userId }) => moved('group_left', userId, name));
    const facts = { group: name, people };
    const removed = {
      event: 'group_removed',
      outcome: 'success',
      userId: null,
      session: null,
      facts,
    } as const;
    await this.changes.record([...left, ...ended, removed], origin);
    return { outcome: 'removed', people };
  }

  /** All groups by name, each with how many people are in it. */
  async all(): Promise<readonly ListedGroup[]> {
    const rows = await this.dataSource.query<ListedRow[]>(ALL);
    const groups = rows.map(row => ({
      name: row.name,
      people: Number(row.people),
      createdAt: Number(row.created_at),
    }));
    // Databases sort texts each in its own way.
    return groups.sort((one, other) => (one.name < other.name ? -1 : 1));
  }
}

/** PostgreSQL gives 64-bit numbers as text. */
interface ListedRow {
  readonly name: string;
  readonly created_at: number | string;
  readonly people: number | string;
}

const ALL = `
  SELECT name, created_at, (SELECT count(*) FROM group_members WHERE group_name = groups.name) AS people
  FROM groups`;
