import { hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import type { DataKey } from '../config/data-key-file.js';
import { openWith, sealWith } from './aes-gcm.js';

/** A key's id, a full stop, and what the key sealed. */
const SEALED = /^([a-z0-9]{1,32})\.([\w-]+)$/;

/**
 * The data keys as they are now, for what must last: it outlives every session secret. The first seals, all open; what
 * is sealed names its key. No key is used itself: each use has one derived from it (HKDF-SHA-256, RFC 5869). Ask at each
 * use; after {@link reload} they are others.
 */
@Injectable()
export class DataKeys {
  private keys: readonly DataKey[];
  private derived = new Map<string, Buffer>();

  constructor(private readonly config: AppConfig) {
    this.keys = config.dataKeys;
  }

  /** The id of the key that seals. @throws ConfigError where there is none, in a program that makes none */
  get current(): string {
    return this.sealing.id;
  }

  /** The ids of all, the one that seals first. @throws as {@link current} */
  get ids(): readonly string[] {
    return this.all.map(({ id }) => id);
  }

  /** Whether the ring has this key. @throws as {@link current} */
  has(keyId: string): boolean {
    return this.find(keyId) !== undefined;
  }

  /**
   * Text for a column, as `KEYID.` and base64url (AES-256-GCM).
   * @param context the place it belongs to: table, column and row. Elsewhere it does not open.
   * @throws as {@link current}
   */
  seal(text: string, context: string): string {
    const key = this.sealing;
    return `${key.id}.${sealWith(this.subkey(key, SEALS), text, context)}`;
  }

  /** The text again; null where it was changed or moved, or its key is not in the ring. @throws as {@link current} */
  open(sealed: string, context: string): string | null {
    const [, id = '', rest = ''] = SEALED.exec(sealed) ?? [];
    const key = this.find(id);
    return key === undefined ? null : openWith(this.subkey(key, SEALS), rest, context);
  }

  /** The id of the key that sealed this, whether the ring has it or not; null where no data key did. */
  keyIdOf(sealed: string): string | null {
    return SEALED.exec(sealed)?.[1] ?? null;
  }

  /**
   * 32 bytes of one key for one purpose alone: for MACs, which must name their key beside them.
   * @returns null where the ring lacks the key. @throws as {@link current}
   */
  keyFor(keyId: string, purpose: string): Buffer | null {
    const key = this.find(keyId);
    return key === undefined ? null : this.subkey(key, `for ${purpose}`);
  }

  /** Those 32 bytes of each key, the one that seals first: for MACs that name none. @throws as {@link current} */
  allFor(purpose: string): readonly [first: Buffer, ...others: Buffer[]] {
    const of = (key: DataKey) => this.subkey(key, `for ${purpose}`);
    return [of(this.sealing), ...this.all.slice(1).map(of)];
  }

  /** Takes other keys: those that stand in the file now. @throws ConfigError, and then nothing has changed */
  reload(keys: readonly DataKey[] = this.config.readDataKeysAgain()): void {
    this.keys = keys;
    this.derived = new Map();
  }

  private get all(): readonly DataKey[] {
    if (this.keys.length === 0) this.reload();
    return this.keys;
  }

  private get sealing(): DataKey {
    const [first] = this.all;
    if (first === undefined) throw new ConfigError('There is no data key.');
    return first;
  }

  private find(id: string): DataKey | undefined {
    return this.all.find(key => key.id === id);
  }

  private subkey({ id, secret }: DataKey, use: string): Buffer {
    const name = `${id} ${use}`;
    const known = this.derived.get(name);
    if (known !== undefined) return known;
    const made = Buffer.from(hkdfSync('sha256', secret, '', `gatehouse ${use}`, 32));
    this.derived.set(name, made);
    return made;
  }
}

/** What the sealing subkey is for; no purpose of {@link DataKeys.keyFor} can be this. */
const SEALS = 'seals';
