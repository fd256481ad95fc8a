import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { sameSecret } from '../crypto/secret-token.js';
import type { Role } from '../kernel/principal.js';
import { parseUsername } from '../users/username.js';
import { UsersService } from '../users/users.service.js';

/** The accounts of a fresh development environment; they sign in from this machine only. */
export const DEMO = { username: 'user1', admin: 'admin1', password: 'mypassword' } as const;

/** What each of them may do. */
const DEMO_ROLES: readonly (readonly [username: string, role: Role])[] = [
  [DEMO.username, 'user'],
  [DEMO.admin, 'admin'],
];

/** Characters of the set-up code: 132 bits, where ASVS 11.5.1 asks for 128. */
const CODE_LENGTH = 22;

/**
 * The way to the first account. While developing, demo accounts are made; in production none exists until
 * somebody makes it, with the command line or at `/setup` with a code that only the server's log shows
 * (ASVS 6.3.2).
 */
@Injectable()
export class FirstStart implements OnApplicationBootstrap {
  private readonly logger = new Logger('Gatehouse');
  private demo = false;
  private maybeEmpty = false;

  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly secrets: SecretRing,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.hasher.warmUp();
    if (await this.users.isAnybodyThere()) return;
    if (this.config.production) {
      this.maybeEmpty = true;
      return this.logger.warn(
        `Nobody has an account yet. Open ${this.config.publicUrl}/setup and enter the code ${this.codes[0]}`,
      );
    }
    await this.makeDemoAccounts();
    this.logger.log(
      `Nobody has an account yet: sign in as ${DEMO.username}, or as the administrator ${DEMO.admin}, ` +
        `with the password ${DEMO.password}, from this machine only.`,
    );
  }

  /** Whether the demo accounts can be used, so the login page may tell of it. */
  get demoOffered(): boolean {
    return this.demo;
  }

  /** Whether the first account can be made at `/setup`. */
  async isSetupOpen(): Promise<boolean> {
    return this.config.production && !(await this.users.isAnybodyThere());
  }

  /** False: {@link leadsToSetup} says no, and needs no database for it. */
  get mayLeadToSetup(): boolean {
    return this.maybeEmpty;
  }

  /**
   * Whether visitors are led to `/setup`. Asks the database, because another process may have made the account, until
   * somebody has one; then never again.
   */
  async leadsToSetup(): Promise<boolean> {
    if (this.maybeEmpty && !(await this.isSetupOpen())) this.maybeEmpty = false;
    return this.maybeEmpty;
  }

  /** Whether this is the code that the log shows. */
  isCode(given: string): boolean {
    return this.codes.some(code => sameSecret(given.trim(), code));
  }

  /** Derived, so that every node of a deployment takes the code that one of them printed. */
  private get codes(): readonly string[] {
    return this.secrets.for('setup').map(secret => secret.slice(0, CODE_LENGTH));
  }

  private async makeDemoAccounts(): Promise<void> {
    const there = await this.users.demoUsernames();
    for (const [name, role] of DEMO_ROLES.filter(([name]) => !there.includes(name))) {
      const username = parseUsername(name);
      if ('problem' in username) return;
      const passwordHash = await this.hasher.hash(DEMO.password);
      // "taken" means that another server on the same database was faster.
      await this.users.create({ username, email: null, role, passwordHash, demo: true });
    }
    this.demo = true;
  }
}
