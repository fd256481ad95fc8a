import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { deriveSecret } from './secret-token.js';

/**
 * The session secrets as they are now: the first makes signatures, seals and keys, all of them still open what
 * was made before (ASVS 13.3.4). Ask for them at each use; after {@link reload} they are others.
 */
@Injectable()
export class SecretRing {
  private secrets: readonly string[];
  private derived = new Map<string, readonly string[]>();

  constructor(private readonly config: AppConfig) {
    this.secrets = config.sessionSecrets;
  }

  /**
   * The secrets themselves, at least one. The same list until they change.
   * @throws ConfigError where there is none, in a program that makes none
   */
  get all(): readonly string[] {
    if (this.secrets.length === 0) this.reload();
    return this.secrets;
  }

  /** One secret for each of {@link all}, for one purpose alone. The same list until they change. */
  for(purpose: string): readonly string[] {
    const known = this.derived.get(purpose);
    if (known !== undefined) return known;
    const made = this.all.map(secret => deriveSecret(secret, purpose));
    this.derived.set(purpose, made);
    return made;
  }

  /** The one that makes, for one purpose alone. */
  first(purpose: string): string {
    return this.for(purpose)[0] ?? '';
  }

  /** Reads the secrets once more, where they come from a file. @throws ConfigError, and then nothing has changed. */
  reload(): void {
    this.secrets = this.config.readSecretsAgain();
    this.derived = new Map();
  }
}
