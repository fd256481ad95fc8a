import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { User } from '../users/user.entity.js';

/** Says at the start for how many people something sleeps until they add a second factor: after an upgrade, nobody else would. */
@Injectable()
export class WithoutFactor implements OnApplicationBootstrap {
  private readonly logger = new Logger('Gatehouse');

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { secondFactor } = this.config;
    if (secondFactor === 'optional') return;
    const without = { demo: false, disabledAt: IsNull(), secondFactorAt: IsNull() };
    const admins = await this.dataSource.manager.countBy(User, { ...without, role: 'admin' });
    if (admins > 0) this.logger.warn(administrators(admins));
    if (secondFactor !== 'everybody') return;
    const all = await this.dataSource.manager.countBy(User, without);
    if (all > 0) this.logger.warn(everybody(all));
  }
}

const everybody = (count: number): string =>
  `${count === 1 ? 'One person has' : `${count} people have`} no second factor: they are asked to sign in anew, and add ` +
  'one before they are in.';

const administrators = (count: number): string =>
  `${count === 1 ? 'One administrator has' : `${count} administrators have`} no second factor: until they add one at ` +
  '/account/security, they can do what users can, and no more. SECOND_FACTOR=optional switches that off.';
