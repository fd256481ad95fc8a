import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, MoreThanOrEqual, Repository } from 'typeorm';
import { Clock, type Instant, iso } from '../kernel/clock.js';
import { User } from '../users/user.entity.js';
import { OwnDataParts } from '../users/own-data-parts.js';
import { Passkey } from './passkey.entity.js';
import { type PasskeyView, passkeyView } from './passkeys.view.js';
import { RelyingParty } from './relying-party.js';

/** How many passkeys somebody may have. */
export const MOST_PASSKEYS = 20;

/** The passkeys of people. Those that were made for another host stay in lists, and open nothing. */
@Injectable()
export class Passkeys implements OnModuleInit {
  constructor(
    @InjectRepository(Passkey) private readonly rows: Repository<Passkey>,
    private readonly party: RelyingParty,
    private readonly clock: Clock,
    private readonly parts: OwnDataParts,
  ) {}

  onModuleInit(): void {
    this.parts.add('passkeys', person => this.told(person.id));
  }

  /** Somebody's, the one that was added first before all others. @throws Unavailable */
  of(userId: string, manager: EntityManager = this.rows.manager): Promise<readonly Passkey[]> {
    return manager.find(Passkey, { where: { userId }, order: { addedAt: 'ASC', id: 'ASC' } });
  }

  /** The same as pages show them. @throws Unavailable */
  async viewsOf(userId: string): Promise<readonly PasskeyView[]> {
    return (await this.of(userId)).map(row => this.viewOf(row));
  }

  /** One as pages show it. */
  viewOf(row: Passkey): PasskeyView {
    return passkeyView(row, this.party.id, this.clock.now());
  }

  /** One of somebody's, by its name on pages; null where they have none of that name. @throws Unavailable */
  one(userId: string, id: string): Promise<Passkey | null> {
    return this.rows.findOneBy({ userId, id });
  }

  /** Whoever has it: the one with this credential id; null for none. @throws Unavailable */
  withCredential(credentialId: string): Promise<Passkey | null> {
    return this.rows.findOneBy({ credentialId });
  }

  /** The host that passkeys are made for now; null where there can be none. */
  get host(): string | null {
    return this.party.id;
  }

  /** Whether one works: it was made for this host, and is not suspended. */
  isInForce(passkey: Passkey): boolean {
    return this.isOfThisHost(passkey) && passkey.suspendedAt === null;
  }

  /** Whether one was made for the host of `PUBLIC_URL`. */
  isOfThisHost({ rpId }: Pick<Passkey, 'rpId'>): boolean {
    return rpId === this.party.id;
  }

  /** How many of somebody's work, and how many would if they had not been made for another host; inside a transaction or outside. */
  async count(
    manager: EntityManager,
    userId: string,
  ): Promise<{ readonly inForce: number; readonly dormant: number }> {
    const where = { userId, suspendedAt: IsNull() };
    const rows = await manager.find(Passkey, { where, select: { id: true, rpId: true } });
    const inForce = rows.filter(row => this.isOfThisHost(row)).length;
    return { inForce, dormant: rows.length - inForce };
  }

  /** Suspends those that were added then or later, inside a transaction. @param since null: all. @returns how many. */
  async suspend(manager: EntityManager, userId: string, since: Instant | null): Promise<number> {
    const those = { userId, suspendedAt: IsNull(), addedAt: MoreThanOrEqual(since ?? 0) };
    return (await manager.update(Passkey, those, { suspendedAt: this.clock.now() })).affected ?? 0;
  }

  /** Removes all of somebody's, inside a transaction. @returns how many. */
  async removeAll(manager: EntityManager, userId: string): Promise<number> {
    return (await manager.delete(Passkey, { userId })).affected ?? 0;
  }

  /** The people who have passkeys that were made for another host, each with how many. @throws Unavailable */
  async madeElsewhere(): Promise<ReadonlyMap<string, number>> {
    const found = await this.rows
      .createQueryBuilder('passkey')
      .select('passkey.user_id', 'userId')
      .addSelect('count(*)', 'keys')
      .where('passkey.rp_id <> :here', { here: this.party.id ?? '' })
      .groupBy('passkey.user_id')
      .getRawMany<{ readonly userId: string; readonly keys: number | string }>();
    return new Map(found.map(({ userId, keys }) => [userId, Number(keys)]));
  }

  /** The people who have passkeys in force, and of whom no second factor is asked. @throws Unavailable */
  async ownersUnasked(): Promise<readonly string[]> {
    const found = await this.rows
      .createQueryBuilder('passkey')
      .innerJoin(User, 'person', 'person.id = passkey.user_id')
      .select('DISTINCT passkey.user_id', 'userId')
      .where('passkey.rp_id = :here', { here: this.party.id ?? '' })
      .andWhere('passkey.suspended_at IS NULL AND person.second_factor_at IS NULL')
      .getRawMany<{ readonly userId: string }>();
    return found.map(({ userId }) => userId);
  }

  /** A few dozen at most, so all at once. */
  private async *told(userId: string): AsyncGenerator<readonly unknown[]> {
    yield (await this.of(userId)).map(rowOf);
  }
}

const rowOf = ({ name, rpId, aaguid, synced, backedUp, ...times }: Passkey) => ({
  name,
  host: rpId,
  authenticator: aaguid,
  synced,
  backedUp,
  addedAt: iso(times.addedAt),
  lastUsedAt: iso(times.lastUsedAt),
  suspendedAt: iso(times.suspendedAt),
});
