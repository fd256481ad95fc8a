import { Injectable } from '@nestjs/common';
import { ConfigError } from '../config/config-error.js';
import { DataKeys } from '../crypto/data-keys.js';
import type { AuditKey } from './chain.js';

const PURPOSE = 'audit';

/** The keys of the chain: each is of one data key, which a row names. */
@Injectable()
export class AuditKeys {
  constructor(private readonly ring: DataKeys) {}

  /** The one that makes MACs now; null in a program that has no ring and makes none. */
  get current(): AuditKey | null {
    try {
      const id = this.ring.current;
      const key = this.ring.keyFor(id, PURPOSE);
      return key === null ? null : { id, key };
    } catch (error) {
      if (error instanceof ConfigError) return null;
      throw error;
    }
  }

  /** The one of this id; null where the ring lacks it. @throws ConfigError where there is no ring */
  named(id: string): Buffer | null {
    return this.ring.keyFor(id, PURPOSE);
  }
}
