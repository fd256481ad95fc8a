import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { Clock, iso } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { lockPerson } from './lock-person.js';
import { OwnDataParts } from './own-data-parts.js';
import { UsedName } from './used-name.entity.js';
import { foldName } from './username.js';

/** The names that applications were told. None of them is given to anybody else, not when its person is long gone. */
@Injectable()
export class UsedNames implements OnModuleInit {
  constructor(
    @InjectRepository(UsedName) private readonly names: Repository<UsedName>,
    private readonly clock: Clock,
    private readonly ownData: OwnDataParts,
  ) {}

  /** People can see that applications know their name, and since when. */
  onModuleInit(): void {
    this.ownData.add('usernameTold', person => this.rowsOf(person));
  }

  /**
   * Notes that an application is about to be told somebody's name, inside a transaction: tell it once that is kept, and
   * never before. Again and again is fine; the first time counts.
   * @returns false where nobody has this id (any more): then there is no name to tell.
   */
  async tell(manager: EntityManager, userId: string): Promise<boolean> {
    // Whoever deletes the person comes before it or after it.
    if ((await lockPerson(manager, userId)) === null) return false;
    await manager.query(NOTE, [Math.trunc(this.clock.now()), userId]);
    return true;
  }

  private async *rowsOf({ username }: CurrentPerson): AsyncGenerator<readonly unknown[]> {
    const name = await this.names.findOneBy({ usernameKey: foldName(username) });
    yield name === null ? [] : [{ username, since: iso(name.since) }];
  }
}

const NOTE = `
  INSERT INTO used_names (since, username_key)
  SELECT CAST($1 AS bigint), username_key FROM users WHERE id = $2
  ON CONFLICT (username_key) DO NOTHING`;
