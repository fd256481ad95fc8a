import { Injectable } from '@nestjs/common';
import type { CurrentPerson } from '../kernel/principal.js';

/** Reads what a module keeps about somebody, some rows at a time: there may be any number. Each row is plain data. */
export type ReadOwnData = (person: CurrentPerson) => AsyncIterable<readonly unknown[]>;

/** What is told of everybody, under these names. */
const TAKEN = ['account', 'sessions', 'otherSessions', 'events'];

/** What modules keep about people beside the rest: each part is a list of its own in `GET /account/data`. */
@Injectable()
export class OwnDataParts {
  private readonly parts = new Map<string, ReadOwnData>();

  /**
   * Adds a part; once, when the module starts.
   * @param name what it is called in the download, such as `notes`. @throws where something else is called so.
   */
  add(name: string, read: ReadOwnData): void {
    if (TAKEN.includes(name) || this.parts.has(name))
      throw new Error(`Something else in a person's data is called ${JSON.stringify(name)}.`);
    this.parts.set(name, read);
  }

  /** All parts, in the order they were added. */
  all(): Iterable<readonly [name: string, read: ReadOwnData]> {
    return this.parts.entries();
  }
}
